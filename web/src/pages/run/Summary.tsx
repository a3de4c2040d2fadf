import type { Schemas } from "@/api/client";
import { Panel } from "@/components/Panel";
import { StatTile } from "@/components/StatTile";
import { StatTiles } from "@/components/StatTiles";
import { fixed, NONE, percent, whole } from "@/format/number";
import { duration } from "@/format/time";

import { reportOf } from "./report";

/** The main numbers of a run, with what luck would have reached beside the best. */
export function Summary({ run }: { run: Schemas["RunDetail"] }) {
    const { noise, round, usual_gate } = reportOf(run);
    return (
        <Panel title="In numbers">
            <StatTiles least={125}>
                <StatTile
                    label="Tried"
                    value={whole(run.strategies_tested)}
                    unit="candidates"
                    {...(noise
                        ? {
                              note: `${whole(noise.n_eligible)} active enough, as good a chance for luck as about ${whole(noise.n_effective)} independent tries`,
                          }
                        : {})}
                />
                {noise ? (
                    <>
                        <StatTile
                            label="Best found"
                            value={fixed(noise.best_sharpe)}
                            unit="Sharpe"
                            hint="Annual, on the search part, after costs and without the market's own drift: the figure that is tested."
                            note={`${fixed(run.best_sharpe)} as usually counted`}
                        />
                        <StatTile
                            label="Luck alone reaches"
                            value={fixed(noise.noise_mean_sharpe)}
                            unit="Sharpe"
                            hint="The best of a search like this one when there is nothing to find, on average; measured with this run's own candidates."
                            note={`${fixed(noise.noise_95_sharpe)} in one search of twenty`}
                        />
                        <StatTile
                            label="Smallest edge"
                            value={fixed(noise.power_80)}
                            unit="Sharpe"
                            hint="The smallest true Sharpe ratio that a search like this one finds four times in five."
                            note={`${fixed(noise.power_50)} every second time`}
                        />
                    </>
                ) : (
                    <>
                        <StatTile
                            label="Best so far"
                            value={fixed(run.best_sharpe)}
                            unit="Sharpe"
                            hint="Annual, on the search part, after costs, as usually counted."
                        />
                        <StatTile
                            label="Luck would reach"
                            value={fixed(run.luck_sharpe)}
                            unit="Sharpe"
                            hint="What the best of as many independent tries is expected to show when there is nothing to find. Look-alikes count for less; the run measures the exact figure when it is judged."
                            note="with as many independent tries"
                        />
                    </>
                )}
                <StatTile
                    label="Alphas"
                    value={run.status === "completed" ? whole(run.profitable_found) : NONE}
                    {...(usual_gate === undefined
                        ? { note: "known once it is judged" }
                        : { note: `a gate on the backtest would report ${whole(usual_gate)}` })}
                />
                {run.status === "completed" && (
                    <>
                        <StatTile
                            label="Judged in round"
                            value={round ? whole(round.number) : NONE}
                            hint="Each look at a vault is a round; later ones are granted a smaller chance of a false report."
                            note={round ? `at a level of ${percent(round.level, 2)}` : "the vault was not opened"}
                        />
                        <StatTile
                            label="Took"
                            value={duration(run.worked_hours * 3600)}
                            {...(run.memory_peak_gb === null
                                ? {}
                                : { note: `${fixed(run.memory_peak_gb, 1)} GiB of memory at most` })}
                        />
                    </>
                )}
            </StatTiles>
        </Panel>
    );
}
