import Box from "@mui/material/Box";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import Link from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import Table from "@mui/material/Table";
import TableBody from "@mui/material/TableBody";
import TableCell from "@mui/material/TableCell";
import TableContainer from "@mui/material/TableContainer";
import TableHead from "@mui/material/TableHead";
import TableRow from "@mui/material/TableRow";
import TextField from "@mui/material/TextField";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useQuery } from "@tanstack/react-query";

import { HeadCell, NumberCell, WIDE } from "@/components/Cells";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { whole } from "@/format/number";
import { utcDay } from "@/format/time";
import { matching, placeOf, type Scale, scaleOf } from "@/pages/data/coverage";
import { keyOf } from "@/pages/data/key";
import { type Market, marketsQuery } from "@/pages/data/queries";

interface CatalogProps {
    text: string;
    samples: boolean;
    onText: (text: string) => void;
    onSamples: (samples: boolean) => void;
    onOpen: (key: string) => void;
}

/** Every stored market with the time it covers. */
export function Catalog({ text, samples, onText, onSamples, onOpen }: CatalogProps) {
    const query = useQuery(marketsQuery);
    return (
        <Panel title="Stored markets" about="The bars show which part of the common time each market covers.">
            <Stack direction="row" useFlexGap spacing={2} sx={{ flexWrap: "wrap", alignItems: "center", mb: 1 }}>
                <TextField
                    label="Search symbol or venue"
                    type="search"
                    value={text}
                    onChange={(event) => onText(event.target.value)}
                />
                <FormControlLabel
                    control={<Checkbox checked={samples} onChange={(event) => onSamples(event.target.checked)} />}
                    label="Markets that ship with the package"
                />
            </Stack>
            <Loaded query={query} title="The markets cannot be shown">
                {(all) => {
                    const shown = matching(all, text, samples);
                    if (all.every((one) => one.sample) && !samples)
                        return (
                            <EmptyState title="No prices of your own yet">
                                Upload a file (CSV, Parquet, feather or JSON, as exchanges and other tools write them),
                                or download from Binance’s archive or an exchange.
                            </EmptyState>
                        );
                    if (shown.length === 0)
                        return <EmptyState title="No market matches">Change the search above.</EmptyState>;
                    return <Markets markets={shown} scale={scaleOf(shown)} onOpen={onOpen} />;
                }}
            </Loaded>
        </Panel>
    );
}

function Markets({ markets, scale, onOpen }: { markets: Market[]; scale: Scale; onOpen: (key: string) => void }) {
    return (
        <TableContainer tabIndex={0} role="region" aria-label="Stored markets">
            <Table size="small">
                <TableHead>
                    <TableRow>
                        <TableCell>Market</TableCell>
                        <TableCell sx={WIDE}>Bar</TableCell>
                        <HeadCell
                            sx={{ minWidth: { xs: 110, sm: 160 }, width: "35%", whiteSpace: "normal" }}
                            hint="First to last bar on a scale that all rows share"
                        >
                            {utcDay(new Date(scale.start))} to {utcDay(new Date(scale.end))}
                        </HeadCell>
                        <TableCell align="right">Bars</TableCell>
                        <HeadCell align="right" sx={WIDE} hint="Places where bars are missing between others">
                            Gaps
                        </HeadCell>
                        <TableCell sx={WIDE}>From</TableCell>
                    </TableRow>
                </TableHead>
                <TableBody>
                    {markets.map((market) => (
                        <TableRow key={keyOf(market)} hover>
                            <TableCell>
                                <Link
                                    component="button"
                                    type="button"
                                    onClick={() => onOpen(keyOf(market))}
                                    sx={{ fontWeight: 600, textAlign: "left" }}
                                >
                                    {market.symbol}
                                </Link>
                                <Typography variant="body2" color="textSecondary">
                                    {market.venue}
                                    <Box component="span" sx={{ display: { sm: "none" } }}>
                                        {" "}
                                        {market.timeframe}
                                    </Box>
                                </Typography>
                            </TableCell>
                            <TableCell sx={WIDE}>{market.timeframe}</TableCell>
                            <TableCell>
                                <CoverageBar market={market} scale={scale} />
                            </TableCell>
                            <NumberCell>{whole(market.bars)}</NumberCell>
                            <NumberCell sx={WIDE}>{whole(market.gaps)}</NumberCell>
                            <TableCell sx={{ ...WIDE, whiteSpace: "nowrap" }}>{originOf(market)}</TableCell>
                        </TableRow>
                    ))}
                </TableBody>
            </Table>
        </TableContainer>
    );
}

/** Where the bars came from, in a word. */
function originOf(market: Market): string {
    return market.sample ? "the package" : (market.source ?? "a file");
}

function CoverageBar({ market, scale }: { market: Market; scale: Scale }) {
    const { left, width } = placeOf(market, scale);
    const told = `${utcDay(market.start)} to ${utcDay(market.end)} UTC`;
    return (
        <Tooltip title={told}>
            <Box
                role="img"
                aria-label={told}
                tabIndex={0}
                sx={{ position: "relative", height: 12, bgcolor: "action.hover", borderRadius: 1 }}
            >
                <Box
                    sx={{ position: "absolute", top: 0, bottom: 0, bgcolor: "primary.main", borderRadius: 1 }}
                    style={{ left: `${left * 100}%`, width: `${width * 100}%` }}
                />
            </Box>
        </Tooltip>
    );
}
