import Button from "@mui/material/Button";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import { useQuery } from "@tanstack/react-query";
import { Link as RouterLink } from "react-router";

import { HeadCell, NumberCell, WIDE } from "@/components/Cells";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { NARROW } from "@/components/SimpleTable";
import { fixed, percent, trust, whole } from "@/format/number";
import { NameOf } from "@/pages/alphas/columns";
import { bestQuery } from "@/pages/overview/queries";

/** The alphas that the judging thinks most of. */
export function Best() {
    const query = useQuery(bestQuery);
    const total = query.data?.total ?? 0;
    return (
        <Panel
            title="Best alphas"
            about="Rules that luck does not explain, by validation score."
            actions={
                total > 0 && (
                    <Button component={RouterLink} to="/alphas" size="small" sx={{ whiteSpace: "nowrap" }}>
                        All {whole(total)}
                    </Button>
                )
            }
        >
            <Loaded query={query} title="The alphas cannot be shown">
                {({ items }) =>
                    items.length === 0 ? (
                        <EmptyState title="No alpha so far">
                            Most runs report nothing: that is the judging at work. More bars help, more tries do not.
                        </EmptyState>
                    ) : (
                        <TableContainer tabIndex={0} role="region" aria-label="Best alphas">
                            <Table size="small" sx={NARROW}>
                                <TableHead>
                                    <TableRow>
                                        <TableCell>Rule</TableCell>
                                        <HeadCell
                                            align="right"
                                            sx={WIDE}
                                            hint="Annual, on the bars that the search saw"
                                        >
                                            Sharpe, seen
                                        </HeadCell>
                                        <HeadCell align="right" hint="Annual, on the sealed bars that no search saw">
                                            Sharpe, vault
                                        </HeadCell>
                                        <HeadCell
                                            align="right"
                                            sx={WIDE}
                                            hint="The deepest fall from a high, over the whole period"
                                        >
                                            Drawdown
                                        </HeadCell>
                                        <HeadCell
                                            align="right"
                                            hint="How often the judging was right about alphas like this, by its calibration"
                                        >
                                            Score
                                        </HeadCell>
                                    </TableRow>
                                </TableHead>
                                <TableBody>
                                    {items.map((alpha) => (
                                        <TableRow key={alpha.id} hover>
                                            <TableCell>
                                                <NameOf alpha={alpha} />
                                            </TableCell>
                                            <NumberCell sx={WIDE}>{fixed(alpha.in_sample_sharpe)}</NumberCell>
                                            <NumberCell>{fixed(alpha.out_sample_sharpe)}</NumberCell>
                                            <NumberCell sx={WIDE}>{percent(alpha.max_drawdown)}</NumberCell>
                                            <NumberCell>{trust(alpha.validation_score)}</NumberCell>
                                        </TableRow>
                                    ))}
                                </TableBody>
                            </Table>
                        </TableContainer>
                    )
                }
            </Loaded>
        </Panel>
    );
}
