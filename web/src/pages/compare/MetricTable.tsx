import CloseIcon from "@mui/icons-material/Close";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Link from "@mui/material/Link";
import Tooltip from "@mui/material/Tooltip";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { ReactNode } from "react";
import { Link as RouterLink } from "react-router";

import { SimpleTable } from "@/components/SimpleTable";
import { fixed, percent, trust, whole } from "@/format/number";
import { plain, setting, settings } from "@/format/parameters";
import { AlphaChip } from "@/pages/alphas/AlphaChip";
import { type Alpha, Chips } from "@/pages/alphas/columns";
import { best } from "@/pages/compare/best";
import { letter } from "@/pages/compare/overlayChart";

const MAY_BREAK = "\u200b"; // in a narrow column a market is parted from its venue

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
        show: (one) => (one.validation_score === null ? "not known" : trust(one.validation_score)),
    },
    { name: "Position size", show: (one) => setting("position_size", one.parameters.position_size) },
    {
        name: "Markets",
        show: (one) => (
            <Box sx={{ overflowWrap: "anywhere", fontSize: "0.8rem" }}>
                {one.tested_symbols.map((symbol) => symbol.replace("@", `${MAY_BREAK}@`)).join(", ")}
            </Box>
        ),
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
export function MetricTable({ alphas, onRemove }: MetricTableProps) {
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    const named = (alpha: Alpha, k: number) => <Named key={alpha.id} {...{ alpha, k, onRemove }} />;
    return (
        <>
            {narrow && <Box sx={{ mb: 2 }}>{alphas.map(named)}</Box>}
            <SimpleTable
                label="Numbers side by side"
                stacks
                rows={LINES}
                keyOf={(line) => line.name}
                columns={[
                    { name: "Number", show: (line) => <Box sx={{ minWidth: { sm: 120 } }}>{line.name}</Box> },
                    ...alphas.map((alpha, k) => ({
                        name: letter(k),
                        head: named(alpha, k),
                        right: true,
                        show: (line: Line) => <Value {...{ line, alphas, k }} />,
                    })),
                ]}
            />
        </>
    );
}

/** What a line says of one of the alphas; the best of them in bold. */
function Value({ line, alphas, k }: { line: Line; alphas: readonly Alpha[]; k: number }) {
    const [alpha, first] = [alphas[k], line.value ? best(alphas.map(line.value), line.less) : []];
    return (
        <Box
            sx={{
                display: "flex",
                justifyContent: "flex-end",
                whiteSpace: "normal",
                fontWeight: first.includes(k) ? 700 : 400,
            }}
        >
            {alpha && line.show(alpha)}
        </Box>
    );
}

function Named({ alpha, k, onRemove }: { alpha: Alpha; k: number; onRemove: (id: string) => void }) {
    return (
        <Box sx={{ display: "flex", justifyContent: "flex-end", alignItems: "flex-start", gap: 0.5 }}>
            <Link
                component={RouterLink}
                to={`/alphas/${alpha.id}`}
                sx={{ overflowWrap: "anywhere", minWidth: 0, flex: { xs: 1, sm: "initial" } }}
            >
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
