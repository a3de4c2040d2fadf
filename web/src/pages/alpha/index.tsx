import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink, useParams } from "react-router";

import { PageSkeleton } from "@/components/Loading";
import { NotShown } from "@/components/NotShown";
import { PageHeader } from "@/components/PageHeader";
import { TabRow } from "@/components/TabRow";
import { Moment } from "@/format/Moment";
import { nameOf } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";
import { Actions } from "@/pages/alpha/Actions";
import { Evidence } from "@/pages/alpha/Evidence";
import { alphaQuery } from "@/pages/alpha/queries";
import { Record } from "@/pages/alpha/Record";
import { Robustness } from "@/pages/alpha/Robustness";
import { Summary } from "@/pages/alpha/Summary";
import { Trades } from "@/pages/alpha/Trades";
import { AlphaChip } from "@/pages/alphas/AlphaChip";

const TABS = [
    { key: "summary", name: "Summary", Content: Summary },
    { key: "evidence", name: "Evidence", Content: Evidence },
    { key: "robustness", name: "Robustness", Content: Robustness },
    { key: "trades", name: "Trades", Content: Trades },
    { key: "record", name: "Record", Content: Record },
] as const;

const DEFAULTS = { tab: "summary" };

/** One alpha: what it does, why it is believed, what could break it. */
export default function Alpha() {
    const { alphaId = "" } = useParams();
    const [{ tab }, change] = useUrlState(DEFAULTS);
    const query = useQuery(alphaQuery(alphaId));
    const alpha = query.data;
    if (query.error && !alpha) return <NotShown page="Alpha" title="This alpha cannot be shown" query={query} />;
    if (!alpha) return <PageSkeleton />;
    const shown = TABS.find((one) => one.key === tab) ?? TABS[0];
    return (
        <>
            <PageHeader
                title={nameOf(alpha)}
                about={
                    <Box component="span" sx={{ display: "flex", flexWrap: "wrap", gap: 1, alignItems: "center" }}>
                        <AlphaChip state={alpha.state} />
                        <AlphaChip state={alpha.deployment_status} />
                        <span>
                            {alpha.timeframe} bars · found <Moment at={alpha.discovered_at} /> in{" "}
                            <Link component={RouterLink} underline="always" to={`/runs/${alpha.discovery_run_id}`}>
                                run {alpha.discovery_run_id.slice(0, 8)}
                            </Link>
                        </span>
                    </Box>
                }
                actions={<Actions alpha={alpha} />}
            />
            <TabRow
                label="Parts of this page"
                tabs={TABS}
                value={shown.key}
                onChange={(key) => change({ tab: key }, { replace: false })}
            >
                <shown.Content alpha={alpha} />
            </TabRow>
        </>
    );
}
