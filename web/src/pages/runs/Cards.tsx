import Box from "@mui/material/Box";
import Link from "@mui/material/Link";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { Link as RouterLink } from "react-router";

import { Moment } from "@/format/Moment";
import { fixed, whole } from "@/format/number";
import { few, plain } from "@/format/parameters";

import { type ListProps, type Order, ORDERS } from "./order";
import { Alphas, State, took } from "./Rows";

/** Runs as a list, for narrow screens. */
export function Cards({ runs, sort, up, onOrder }: ListProps) {
    return (
        <>
            <Stack direction="row" spacing={1} sx={{ mb: 1 }}>
                <TextField
                    select
                    label="Sorted by"
                    value={sort}
                    onChange={(event) => onOrder(event.target.value as Order, up)}
                    sx={{ minWidth: 140 }}
                >
                    {(Object.keys(ORDERS) as Order[]).map((one) => (
                        <MenuItem key={one} value={one}>
                            {ORDERS[one]}
                        </MenuItem>
                    ))}
                </TextField>
                <TextField
                    select
                    label="Order"
                    value={up ? "up" : "down"}
                    onChange={(event) => onOrder(sort, event.target.value === "up")}
                    sx={{ minWidth: 120 }}
                >
                    <MenuItem value="down">highest first</MenuItem>
                    <MenuItem value="up">lowest first</MenuItem>
                </TextField>
            </Stack>
            <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0 }}>
                {runs.map((run) => (
                    <Box component="li" key={run.id} sx={{ py: 1.25, borderTop: 1, borderColor: "divider" }}>
                        <Stack
                            direction="row"
                            sx={{ justifyContent: "space-between", alignItems: "flex-start", gap: 1 }}
                        >
                            <Link
                                component={RouterLink}
                                to={`/runs/${run.id}`}
                                sx={{ fontWeight: 600, overflowWrap: "anywhere" }}
                            >
                                {few(run.symbols)} {run.timeframe}
                            </Link>
                            <State run={run} />
                        </Stack>
                        <Typography variant="body2" color="textSecondary">
                            {few(run.strategies.map(plain))} · {plain(run.method)} · run {run.id.slice(0, 8)}
                        </Typography>
                        <Typography variant="body2">
                            {whole(run.strategies_tested)} tried · best Sharpe {fixed(run.best_sharpe)} · alphas{" "}
                            <Alphas run={run} />
                        </Typography>
                        <Typography variant="body2" color="textSecondary">
                            <Moment at={run.start_time} /> · took {took(run)}
                        </Typography>
                    </Box>
                ))}
            </Box>
        </>
    );
}
