import { useMe } from "@/api/me";
import { PageHeader } from "@/components/PageHeader";
import { TabRow } from "@/components/TabRow";
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
    { key: "account", name: "Account", Part: Account, forAdmins: false },
    { key: "appearance", name: "Appearance", Part: Appearance, forAdmins: false },
    { key: "keys", name: "Keys", Part: Keys, forAdmins: false },
    { key: "limits", name: "Limits", Part: Limits, forAdmins: false },
    { key: "users", name: "Users", Part: Users, forAdmins: true },
    { key: "audit", name: "Audit log", Part: AuditLog, forAdmins: true },
    { key: "about", name: "About", Part: About, forAdmins: false },
];

/** The person, the page, and what the laboratory may use. */
export default function Settings() {
    const [{ tab }, change] = useUrlState(VIEW);
    const { isAdmin } = useMe();
    const shown = TABS.filter((one) => isAdmin || !one.forAdmins);
    const here = shown.find((one) => one.key === tab) ?? TABS[0];
    if (!here) return null;
    const { Part } = here;
    return (
        <>
            <PageHeader title="Settings" />
            <TabRow
                label="Parts of the settings"
                tabs={shown}
                value={here.key}
                onChange={(key) => change({ tab: key }, { replace: false })}
            >
                <Part />
            </TabRow>
        </>
    );
}
