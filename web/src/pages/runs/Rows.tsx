import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TableSortLabel from "@mui/material/TableSortLabel";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { Link as RouterLink } from "react-router";

import { RunProgress } from "@/components/RunProgress";
import { NARROW } from "@/components/SimpleTable";
import { StatusChip } from "@/components/StatusChip";
import { Moment } from "@/format/Moment";
import { fixed, NONE, whole } from "@/format/number";
import { few, plain } from "@/format/parameters";
import { duration } from "@/format/time";
import { isOver } from "@/pages/run/report";

import { type ListProps, type Order, ORDERS, type Run } from "./order";

/** Runs as a table. */
export function Rows({ runs, sort, up, onOrder }: ListProps) {
    const head = (name: Order, right = true) => (
        <TableCell align={right ? "right" : "left"} sortDirection={sort === name ? (up ? "asc" : "desc") : false}>
            <TableSortLabel
                active={sort === name}
                direction={sort === name && up ? "asc" : "desc"}
                onClick={() => onOrder(name, sort === name ? !up : false)}
            >
                {ORDERS[name]}
            </TableSortLabel>
        </TableCell>
    );
    return (
        <TableContainer tabIndex={0} role="region" aria-label="Runs">
            <Table size="small" sx={NARROW}>
                <TableHead>
                    <TableRow>
                        <TableCell>Run</TableCell>
                        {head("state", false)}
                        <TableCell>Markets</TableCell>
                        <TableCell>Searched</TableCell>
                        {head("strategies_tested")}
                        {head("best_sharpe")}
                        {head("profitable_found")}
                        {head("start_time", false)}
                        {head("runtime_hours")}
                    </TableRow>
                </TableHead>
                <TableBody>
                    {runs.map((run) => (
                        <TableRow key={run.id} hover>
                            <TableCell>
                                <Link component={RouterLink} to={`/runs/${run.id}`}>
                                    {run.id.slice(0, 8)}
                                </Link>
                            </TableCell>
                            <TableCell>
                                <State run={run} />
                            </TableCell>
                            <TableCell sx={{ overflowWrap: "anywhere", minWidth: 150 }}>
                                <Tooltip title={run.symbols.length > 2 ? run.symbols.join(", ") : ""}>
                                    <span>{few(run.symbols)}</span>
                                </Tooltip>{" "}
                                <Typography component="span" variant="body2" color="textSecondary">
                                    {run.timeframe}
                                </Typography>
                            </TableCell>
                            <TableCell sx={{ minWidth: 140 }}>
                                <Tooltip title={run.strategies.length > 2 ? run.strategies.map(plain).join(", ") : ""}>
                                    <span>{few(run.strategies.map(plain))}</span>
                                </Tooltip>{" "}
                                <Typography variant="body2" color="textSecondary">
                                    by {plain(run.method)}
                                </Typography>
                            </TableCell>
                            <TableCell align="right">{whole(run.strategies_tested)}</TableCell>
                            <TableCell align="right">{fixed(run.best_sharpe)}</TableCell>
                            <TableCell align="right">
                                <Alphas run={run} />
                            </TableCell>
                            <TableCell sx={{ whiteSpace: "nowrap" }}>
                                <Moment at={run.start_time} />
                            </TableCell>
                            <TableCell align="right">{took(run)}</TableCell>
                        </TableRow>
                    ))}
                </TableBody>
            </Table>
        </TableContainer>
    );
}

/** State, and how far it is while it runs. */
export function State({ run }: { run: Run }) {
    const busy = !isOver(run.status) && run.status !== "queued";
    return (
        <Box sx={{ display: "inline-block", minWidth: 96 }}>
            <StatusChip status={run.status} />
            {busy && <RunProgress run={run} sx={{ mt: 0.5 }} />}
        </Box>
    );
}

/** How many alphas came of it, with the way there. */
export function Alphas({ run }: { run: Run }) {
    if (run.status !== "completed") return <>{NONE}</>;
    if (run.profitable_found === 0) return <>0</>;
    return (
        <Link
            component={RouterLink}
            to={`/alphas?run=${run.id}`}
            aria-label={`${whole(run.profitable_found)}: the alphas of run ${run.id.slice(0, 8)}`}
            underline="always"
        >
            {whole(run.profitable_found)}
        </Link>
    );
}

export function took(run: Run): string {
    return run.worked_hours > 0 ? duration(run.worked_hours * 3600) : NONE;
}
