import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";

import type { Schemas } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { EvidenceChip } from "@/components/EvidenceChip";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { spaced } from "@/format/number";
import { type AlphaDetail, evidenceQuery, stressesQuery } from "@/pages/alpha/queries";
import { ScoreWorth } from "@/pages/alpha/ScoreWorth";

type Test = Schemas["Test"];
const PASSED = { held: true, weak: "weak", failed: false } as const;

/** Each test that an alpha went through: what was asked, what was found, what noise does, how it ended. */
export function Evidence({ alpha }: { alpha: AlphaDetail }) {
    const evidence = useQuery(evidenceQuery(alpha.id));
    const stresses = useQuery(stressesQuery(alpha.id));
    return (
        <Stack spacing={2}>
            <Panel
                title="The tests that decide"
                about="Each asks whether luck could have done it: what was measured, what a market without any edge would show, and how it ended."
            >
                <Loaded query={evidence} title="The evidence cannot be shown">
                    {(tests) => <Tests tests={tests.filter((one) => one.end !== null)} />}
                </Loaded>
            </Panel>
            <ScoreWorth alpha={alpha} />
            <Panel
                title="Kill tests"
                about="What is left when the world is a little worse than the backtest. They prove nothing, as luck passes most of them too; but whoever fails one is out."
            >
                <Loaded query={stresses} title="The kill tests cannot be shown">
                    {(data) =>
                        data.tests.length === 0 ? (
                            <EmptyState title="No kill tests are stored with this alpha">
                                It came out of an improvement, which is judged against its parent instead.
                            </EmptyState>
                        ) : (
                            <Stresses found={data} />
                        )
                    }
                </Loaded>
            </Panel>
            <Panel
                title="Shown beside, deciding nothing"
                about="Figures that people ask for. The best of any large search looks good in most of them, so none of them counts here."
            >
                <Loaded query={evidence} title="The figures cannot be shown">
                    {(tests) => <Tests tests={tests.filter((one) => one.end === null)} />}
                </Loaded>
            </Panel>
        </Stack>
    );
}

function Tests({ tests }: { tests: Test[] }) {
    return (
        <SimpleTable
            label="Tests"
            stacks
            rows={tests}
            keyOf={(one) => one.test}
            columns={[
                { name: "Test", show: (one) => <strong>{one.test}</strong> },
                { name: "Asked", show: (one) => spaced(one.asked) },
                { name: "Found", show: (one) => spaced(one.found) },
                { name: "What noise does", show: (one) => spaced(one.noise) },
                {
                    name: "Verdict",
                    show: (one) =>
                        one.end === null ? (
                            one.verdict
                        ) : (
                            <EvidenceChip
                                label={one.verdict}
                                passed={PASSED[one.end]}
                                reason={`${one.found}; ${one.noise}`}
                            />
                        ),
                },
            ]}
        />
    );
}

function Stresses({ found }: { found: Schemas["Stresses"] }) {
    return (
        <Stack spacing={1.5}>
            <SimpleTable
                label="Kill tests"
                stacks
                rows={found.tests}
                keyOf={(one) => one.test}
                columns={[
                    { name: "Stress", show: (one) => <strong>{one.test}</strong> },
                    { name: "Asked", show: (one) => spaced(one.asked) },
                    { name: "Found", show: (one) => spaced(one.found) },
                    {
                        name: "Verdict",
                        show: (one) => (
                            <EvidenceChip label={one.verdict} passed={one.verdict === "held"} reason={one.found} />
                        ),
                    },
                ]}
            />
            {found.year !== null && <Typography color="textSecondary">{spaced(found.year)}</Typography>}
        </Stack>
    );
}
