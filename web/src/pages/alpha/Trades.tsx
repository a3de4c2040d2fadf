import Button from "@mui/material/Button";
import Link from "@mui/material/Link";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TablePagination from "@mui/material/TablePagination";
import TextField from "@mui/material/TextField";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useCallback } from "react";

import type { Schemas } from "@/api/client";
import { PREFIX } from "@/api/prefix";
import { Chart } from "@/charts/Chart";
import type { ChartColours } from "@/charts/colours";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { ChartSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { counted, percent, price, whole } from "@/format/number";
import { utcTime } from "@/format/time";
import { useUrlState } from "@/hooks/useUrlState";
import { candlesOption } from "@/pages/alpha/candlesChart";
import { type AlphaDetail, candlesQuery, marketsQuery, tradesQuery } from "@/pages/alpha/queries";
import { beginBefore, LENGTHS } from "@/pages/alpha/windows";

type Trade = Schemas["Trade"];
const DEFAULTS = { market: "", from: "", bars: 300, page: 1, rows: 25 };

/** Bars with the trades in them, and every trade. */
export function Trades({ alpha }: { alpha: AlphaDetail }) {
    const [state, change] = useUrlState(DEFAULTS);
    const markets = useQuery(marketsQuery(alpha.id));
    const candles = useQuery({
        ...candlesQuery(alpha.id, state.market, state.from, state.bars),
        placeholderData: keepPreviousData,
    });
    const trades = useQuery({ ...tradesQuery(alpha.id, state.page, state.rows), placeholderData: keepPreviousData });
    const show = (trade: Trade) => {
        change(
            { market: trade.market, from: beginBefore(trade.entry_time, alpha.timeframe, state.bars) },
            { replace: false },
        );
        document.getElementById("candles")?.scrollIntoView({ block: "start" });
    };
    return (
        <Stack spacing={2} id="candles">
            <Panel
                title="Trades on the market"
                about="Triangles are entries, upwards for long and downwards for short; squares are exits. A solid line is a trade that won, a dotted one a trade that lost. Times are UTC."
            >
                <Stack direction="row" spacing={1.5} useFlexGap sx={{ flexWrap: "wrap", mb: 1 }}>
                    <TextField
                        select
                        label="Market"
                        value={candles.data?.market ?? ""}
                        onChange={(event) => change({ market: event.target.value })}
                        sx={{ minWidth: 180 }}
                    >
                        {(markets.data?.map((one) => one.market) ?? [candles.data?.market ?? ""]).map((market) => (
                            <MenuItem key={market} value={market}>
                                {market}
                            </MenuItem>
                        ))}
                    </TextField>
                    <TextField
                        select
                        label="Bars"
                        value={state.bars}
                        onChange={(event) => change({ bars: Number(event.target.value) })}
                    >
                        {LENGTHS.map((length) => (
                            <MenuItem key={length} value={length}>
                                {whole(length)}
                            </MenuItem>
                        ))}
                    </TextField>
                    <Button
                        disabled={!candles.data?.time[0]}
                        onClick={() =>
                            change({ from: beginBefore(candles.data?.time[0] ?? "", alpha.timeframe, state.bars * 2) })
                        }
                    >
                        Earlier
                    </Button>
                    <Button
                        disabled={state.from === ""}
                        onClick={() => change({ from: candles.data?.time.at(-1) ?? "" })}
                    >
                        Later
                    </Button>
                    <Button disabled={state.from === ""} onClick={() => change({ from: "" })}>
                        Newest
                    </Button>
                </Stack>
                <Loaded query={candles} title="The bars cannot be shown" skeleton={<ChartSkeleton height={420} />}>
                    {(data) =>
                        data.time.length === 0 ? (
                            <EmptyState title="There are no bars from here on">
                                Go to an earlier or the newest part.
                            </EmptyState>
                        ) : (
                            <Candles candles={data} />
                        )
                    }
                </Loaded>
            </Panel>
            <Panel
                title="Every trade"
                about="In order of entry; profit after costs, of the starting equity of one market. A click on the market shows the trade on it."
                actions={
                    <Button component="a" href={`${PREFIX}/alphas/${alpha.id}/trades/export?form=csv`} download>
                        Export as CSV
                    </Button>
                }
            >
                <Loaded query={trades} title="The trades cannot be shown">
                    {({ items, total }) => (
                        <>
                            <TradeTable trades={items} onShow={show} />
                            <TablePagination
                                component="div"
                                count={total}
                                page={Math.min(state.page - 1, Math.max(0, Math.ceil(total / state.rows) - 1))}
                                rowsPerPage={state.rows}
                                rowsPerPageOptions={[25, 50, 100]}
                                onPageChange={(_, page) => change({ page: page + 1 })}
                                onRowsPerPageChange={(event) => change({ rows: Number(event.target.value), page: 1 })}
                            />
                        </>
                    )}
                </Loaded>
            </Panel>
        </Stack>
    );
}

function Candles({ candles }: { candles: Schemas["Candles"] }) {
    const option = useCallback((colours: ChartColours) => candlesOption(candles, colours), [candles]);
    const label =
        `${whole(candles.time.length)} bars of ${candles.market} from ${utcTime(candles.time[0])} to ` +
        `${utcTime(candles.time.at(-1))} with ${counted(candles.trades.length, "trade")}`;
    const table = () => ({
        columns: ["entry (UTC)", "side", "entry price", "exit price", "profit"],
        rows: candles.trades.map((trade) => [
            utcTime(trade.entry_time),
            trade.side,
            price(trade.entry_price),
            price(trade.exit_price),
            percent(trade.pnl, 3),
        ]),
    });
    return <Chart option={option} label={label} height={420} table={table} zooms />;
}

function TradeTable({ trades, onShow }: { trades: Trade[]; onShow: (trade: Trade) => void }) {
    return (
        <SimpleTable
            label="Every trade"
            stacks
            maxHeight={640}
            rows={trades}
            keyOf={(one, k) => `${one.market} ${one.entry_time} ${k}`}
            columns={[
                {
                    name: "Market",
                    show: (one) => (
                        <Link
                            component="button"
                            onClick={() => onShow(one)}
                            aria-label={`show the trade of ${utcTime(one.entry_time)} on ${one.market}`}
                        >
                            {one.market}
                        </Link>
                    ),
                },
                { name: "Side", show: (one) => one.side },
                { name: "Entry", show: (one) => <Moment at={one.entry_time} /> },
                { name: "Exit", show: (one) => <Moment at={one.exit_time} /> },
                { name: "Entry price", right: true, show: (one) => price(one.entry_price) },
                { name: "Exit price", right: true, show: (one) => price(one.exit_price) },
                { name: "Profit", right: true, show: (one) => percent(one.pnl, 3) },
                { name: "Costs", right: true, show: (one) => percent(one.commission + one.slippage, 3) },
                {
                    name: "Why it ended",
                    show: (one) => one.reason + (one.ambiguous ? " (bar touched both levels)" : ""),
                },
            ]}
        />
    );
}
