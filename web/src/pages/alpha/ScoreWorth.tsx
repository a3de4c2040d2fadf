import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { fixed, percent, trust, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import { type AlphaDetail, scoreQuery } from "@/pages/alpha/queries";
import { scoreOption } from "@/pages/alpha/scoreChart";

/** What the validation score is worth: how often finalists of each score were true where the truth is known. */
export function ScoreWorth({ alpha }: { alpha: AlphaDetail }) {
    const score = useQuery(scoreQuery(alpha.id));
    return (
        <Panel
            title="What its score is worth"
            about="The lab searched and judged simulated markets, some with an edge and some without. On the dashed line a score of 70 % is right seven times in ten."
        >
            <Loaded query={score} title="The score cannot be shown" skeleton={<ChartSkeleton height={260} />}>
                {(worth) => (worth?.bins.length ? <Curve worth={worth} /> : <Nothing scored={worth !== null} />)}
            </Loaded>
        </Panel>
    );
}

function Nothing({ scored }: { scored: boolean }) {
    return scored ? (
        <EmptyState title="The curve was not stored with this alpha">
            It was found before the lab kept it; alphas that are found from now on bring theirs along.
        </EmptyState>
    ) : (
        <EmptyState title="This alpha has no score">
            It is fitted on simulated markets; run <code>alpha calibrate</code> with markets of both sorts.
        </EmptyState>
    );
}

function Curve({ worth }: { worth: Schemas["ScoreWorth"] }) {
    const option = useCallback((colours: ChartColours) => scoreOption(worth, colours), [worth]);
    const all = worth.bins.reduce((sum, bin) => sum + bin.n, 0);
    const from =
        `${whole(all)} finalists of ${plain(worth.method)} searches on simulated markets of ` +
        `${fixed(worth.years, 0)} years, ${whole(worth.tested)} tries each`;
    const rows = worth.bins.map((bin) => [
        percent(bin.score, 0),
        percent(bin.true, 0),
        `${percent(bin.low, 0)} to ${percent(bin.high, 0)}`,
        whole(bin.n),
    ]);
    const label =
        `Share of true ones by score, of ${from}: ` +
        rows.map(([score, share]) => `at ${score} ${share}`).join(", ") +
        `. This alpha scores ${trust(worth.value)}.`;
    const table = () => ({ columns: ["score", "share that was true", "95 % interval", "finalists"], rows });
    return (
        <>
            <Chart option={option} label={label} height={260} table={table} />
            <Typography color="textSecondary">
                It scores {trust(worth.value)}; {percent(worth.needed, 0)} are asked for before it may be deployed.
                Found on {from}.
            </Typography>
        </>
    );
}
