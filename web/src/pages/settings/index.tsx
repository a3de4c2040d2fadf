import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import Box from "@mui/material/Box";

import { useMe } from "@/api/me";
import { PageHeader } from "@/components/PageHeader";
import { useUrlState } from "@/hooks/useUrlState";
import { About } from "@/pages/settings/About";
import { Account } from "@/pages/settings/Account";
import { Appearance } from "@/pages/settings/Appearance";
import { AuditLog } from "@/pages/settings/AuditLog";
import { Keys } from "@/pages/settings/Keys";
import { Limits } from "@/pages/settings/Limits";
import { Users } from "@/pages/settings/Users";

const VIEW = { tab: "account" };
const TABS = [
    { tab: "account", name: "Account", Part: Account, forAdmins: false },
    { tab: "appearance", name: "Appearance", Part: Appearance, forAdmins: false },
    { tab: "keys", name: "Keys", Part: Keys, forAdmins: false },
    { tab: "limits", name: "Limits", Part: Limits, forAdmins: false },
    { tab: "users", name: "Users", Part: Users, forAdmins: true },
    { tab: "audit", name: "Audit log", Part: AuditLog, forAdmins: true },
    { tab: "about", name: "About", Part: About, forAdmins: false },
];

/** The person, the page, and what the laboratory may use. */
export default function Settings() {
    const [{ tab }, change] = useUrlState(VIEW);
    const { isAdmin } = useMe();
    const shown = TABS.filter((one) => isAdmin || !one.forAdmins);
    const here = shown.find((one) => one.tab === tab) ?? TABS[0];
    if (!here) return null;
    const { Part } = here;
    return (
        <>
            <PageHeader title="Settings" />
            <Tabs
                value={here.tab}
                onChange={(_, next: string) => change({ tab: next }, { replace: false })}
                variant="scrollable"
                allowScrollButtonsMobile
                aria-label="Parts of the settings"
                sx={{ mb: 2, borderBottom: 1, borderColor: "divider" }}
            >
                {shown.map((one) => (
                    <Tab
                        key={one.tab}
                        value={one.tab}
                        label={one.name}
                        id={`tab-${one.tab}`}
                        aria-controls="settings-part"
                    />
                ))}
            </Tabs>
            <Box role="tabpanel" id="settings-part" aria-labelledby={`tab-${here.tab}`}>
                <Part />
            </Box>
        </>
    );
}
