import CloseIcon from "@mui/icons-material/Close";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import Tooltip from "@mui/material/Tooltip";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";

import { Facts } from "@/components/Facts";
import { fixed, percent, whole } from "@/format/number";
import { AlphaChip } from "@/pages/alphas/AlphaChip";
import { type Alpha, Chips } from "@/pages/alphas/columns";
import { plain, setting, settings } from "@/pages/alphas/words";
import { best } from "@/pages/compare/best";
import { letter } from "@/pages/compare/overlayChart";

interface Line {
    name: string;
    value?: (alpha: Alpha) => number | null;
    less?: boolean;
    show: (alpha: Alpha) => ReactNode;
}

const LINES: readonly Line[] = [
    { name: "Sharpe a year", value: (one) => one.sharpe_ratio, show: (one) => fixed(one.sharpe_ratio) },
    { name: "Sharpe, search part", value: (one) => one.in_sample_sharpe, show: (one) => fixed(one.in_sample_sharpe) },
    { name: "Sharpe, vault", value: (one) => one.out_sample_sharpe, show: (one) => fixed(one.out_sample_sharpe) },
    { name: "Return after costs", value: (one) => one.total_return, show: (one) => percent(one.total_return) },
    { name: "Max drawdown", value: (one) => one.max_drawdown, less: true, show: (one) => percent(one.max_drawdown) },
    { name: "Win rate", value: (one) => one.win_rate, show: (one) => percent(one.win_rate) },
    {
        name: "Profit factor",
        value: (one) => one.profit_factor ?? Infinity,
        show: (one) => (one.profit_factor === null ? "no losses" : fixed(one.profit_factor)),
    },
    {
        name: "Validation score",
        value: (one) => one.validation_score,
        show: (one) => (one.validation_score === null ? "not known" : percent(one.validation_score, 0)),
    },
    { name: "Position size", show: (one) => setting("position_size", one.parameters.position_size) },
    {
        name: "Markets",
        show: (one) => <Box sx={{ overflowWrap: "anywhere", fontSize: "0.8rem" }}>{one.tested_symbols.join(", ")}</Box>,
    },
    { name: "Bars", show: (one) => one.timeframe },
    { name: "Parameters", show: (one) => settings(one.parameters) },
    { name: "Evidence", show: (one) => <Chips alpha={one} /> },
    { name: "Status", show: (one) => <AlphaChip state={one.deployment_status} /> },
    { name: "Bots made", show: (one) => whole(one.deployment_count) },
];

interface MetricTableProps {
    alphas: Alpha[];
    onRemove: (id: string) => void;
}

/** Numbers of several alphas, a column each; on a phone a block for each number. */
export function MetricTable(props: MetricTableProps) {
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    return narrow ? <Blocks {...props} /> : <Columns {...props} />;
}

function Blocks({ alphas, onRemove }: MetricTableProps) {
    return (
        <Stack component="ul" spacing={1.5} aria-label="Numbers side by side" sx={{ listStyle: "none", p: 0, m: 0 }}>
            <Box component="li">
                {alphas.map((alpha, k) => (
                    <Named key={alpha.id} {...{ alpha, k, onRemove }} />
                ))}
            </Box>
            {LINES.map((line) => {
                const first = line.value ? best(alphas.map(line.value), line.less) : [];
                const shown = (alpha: Alpha, k: number) =>
                    first.includes(k) ? <strong>{line.show(alpha)}</strong> : line.show(alpha);
                return (
                    <Box component="li" key={line.name} sx={{ borderTop: 1, borderColor: "divider", pt: 1 }}>
                        <Box sx={{ fontWeight: 600 }}>{line.name}</Box>
                        <Facts right rows={alphas.map((alpha, k) => [letter(k), shown(alpha, k)])} />
                    </Box>
                );
            })}
        </Stack>
    );
}

function Named({ alpha, k, onRemove }: { alpha: Alpha; k: number; onRemove: (id: string) => void }) {
    return (
        <Box sx={{ display: "flex", justifyContent: "flex-end", alignItems: "flex-start", gap: 0.5 }}>
            <Link component={RouterLink} to={`/alphas/${alpha.id}`} sx={{ overflowWrap: "break-word", flex: { xs: 1, sm: "none" } }}>
                {letter(k)} · {plain(alpha.strategy_type)}
            </Link>
            <Tooltip title="Leave out">
                <IconButton
                    size="small"
                    aria-label={`leave out ${letter(k)}`}
                    onClick={() => onRemove(alpha.id)}
                    sx={{ mt: -0.75 }}
                >
                    <CloseIcon fontSize="inherit" />
                </IconButton>
            </Tooltip>
        </Box>
    );
}

function Columns({ alphas, onRemove }: MetricTableProps) {
    return (
        <TableContainer tabIndex={0} role="group" aria-label="Numbers side by side">
            <Table size="small" sx={{ "& td, & th": { px: 0.6 } }}>
                <TableHead>
                    <TableRow>
                        <TableCell>Number</TableCell>
                        {alphas.map((alpha, k) => (
                            <TableCell
                                key={alpha.id}
                                align="right"
                                sx={{ minWidth: 112, whiteSpace: "normal", verticalAlign: "top" }}
                            >
                                <Named {...{ alpha, k, onRemove }} />
                            </TableCell>
                        ))}
                    </TableRow>
                </TableHead>
                <TableBody>
                    {LINES.map((line) => {
                        const first = line.value ? best(alphas.map(line.value), line.less) : [];
                        return (
                            <TableRow key={line.name}>
                                <TableCell component="th" scope="row" sx={{ whiteSpace: "nowrap" }}>
                                    {line.name}
                                </TableCell>
                                {alphas.map((alpha, k) => (
                                    <TableCell
                                        key={alpha.id}
                                        align="right"
                                        sx={{ fontWeight: first.includes(k) ? 700 : 400 }}
                                    >
                                        <Box sx={{ display: "flex", justifyContent: "flex-end" }}>
                                            {line.show(alpha)}
                                        </Box>
                                    </TableCell>
                                ))}
                            </TableRow>
                        );
                    })}
                </TableBody>
            </Table>
        </TableContainer>
    );
}
