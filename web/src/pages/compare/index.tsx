import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";
import { Link } from "react-router";

import { client, held } from "@/api/client";
import { EmptyState } from "@/components/EmptyState";
import { HeatTable } from "@/components/HeatTable";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { PageHeader } from "@/components/PageHeader";
import { Panel } from "@/components/Panel";
import { fixed, whole } from "@/format/number";
import { useUrlState } from "@/hooks/useUrlState";
import { MetricTable } from "@/pages/compare/MetricTable";
import { Overlay } from "@/pages/compare/Overlay";
import { letter } from "@/pages/compare/overlayChart";

const DEFAULTS = { id: [] as string[] };
const MOST_COMPARED = 6;
const MOST_CORRELATED = 50;

/** Alphas side by side: numbers, courses, and how alike their days are. */
export default function Compare() {
    const [{ id: chosen }, change] = useUrlState(DEFAULTS);
    const ids = [...new Set(chosen)].slice(0, MOST_CORRELATED);
    const six = ids.slice(0, MOST_COMPARED);
    const compared = useQuery({
        queryKey: ["alphas", "compare", six],
        queryFn: () => held(client.GET("/alphas/compare", { params: { query: { alpha_id: six } } })),
        enabled: six.length > 0,
        staleTime: Infinity,
    });
    const alike = useQuery({
        queryKey: ["alphas", "correlation", ids],
        queryFn: () => held(client.GET("/alphas/correlation", { params: { query: { alpha_id: ids } } })),
        enabled: ids.length > 1,
        staleTime: Infinity,
    });
    const back = (
        <Button component={Link} to={`/alphas?${new URLSearchParams(ids.map((id) => ["chosen", id])).toString()}`}>
            Choose others
        </Button>
    );
    if (ids.length < 2)
        return (
            <>
                <PageHeader title="Compare alphas" />
                <EmptyState
                    title="Choose at least two alphas to compare"
                    action={
                        <Button variant="contained" component={Link} to="/alphas">
                            Go to the alphas
                        </Button>
                    }
                >
                    Tick them in the table, then press Compare.
                </EmptyState>
            </>
        );
    return (
        <>
            <PageHeader
                title={`Compare ${ids.length} alphas`}
                about={
                    ids.length > MOST_COMPARED
                        ? `Numbers and courses of the first ${MOST_COMPARED}; the correlation of all ${ids.length}.`
                        : "Letters stand for the same alpha everywhere on this page."
                }
                actions={back}
            />
            <Stack spacing={2}>
                <Panel
                    title="Side by side"
                    about="The best of each row is in bold; search part and vault together unless it says otherwise."
                >
                    <Loaded query={compared} title="They cannot be compared">
                        {(rows) => (
                            <MetricTable
                                alphas={rows.map((one) => one.alpha)}
                                onRemove={(gone) => change({ id: ids.filter((one) => one !== gone) })}
                            />
                        )}
                    </Loaded>
                </Panel>
                <Panel
                    title="Profit since the start"
                    about="After costs, each at the size that it trades; days of UTC."
                >
                    <Loaded
                        query={compared}
                        title="The courses cannot be shown"
                        skeleton={<ChartSkeleton height={380} />}
                    >
                        {(rows) => <Overlay rows={rows} />}
                    </Loaded>
                </Panel>
                <Panel
                    title="How alike their days are"
                    about="Correlation of daily returns after costs: 1 moves together, 0 has nothing to do with each other, −1 moves against. Two that are alike are one bet made twice."
                >
                    <Loaded query={alike} title="The correlation cannot be shown">
                        {(found) => (
                            <>
                                <HeatTable
                                    label="Correlation of daily returns"
                                    corner=""
                                    columns={found.alphas.map((_, k) => letter(k))}
                                    rows={found.matrix.map((cells, k) => ({ name: letter(k), cells }))}
                                    reach={1}
                                    format={(value) => fixed(value)}
                                />
                                <Box sx={{ color: "text.secondary", mt: 1 }}>
                                    Over {whole(found.days)} days that all of them have.
                                </Box>
                            </>
                        )}
                    </Loaded>
                </Panel>
            </Stack>
        </>
    );
}
