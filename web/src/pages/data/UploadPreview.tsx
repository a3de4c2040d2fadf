import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import FormControlLabel from "@mui/material/FormControlLabel";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import { ErrorNotice } from "@/components/ErrorNotice";
import { RowsSkeleton } from "@/components/Loading";
import { inTheForm } from "@/pages/data/fields";
import { Findings } from "@/pages/data/Findings";
import { PreviewRows } from "@/pages/data/PreviewRows";
import { readQuality } from "@/pages/data/queries";
import { TIMEFRAMES } from "@/pages/data/symbols";

export type Kept = Schemas["Kept"];

interface Reading {
    symbol: string;
    timeframe: string;
    venue: string;
    timezone: string;
    exclude_bad: boolean;
}

/** How to read a file, as the interface takes it; what is left empty is found out. */
function asked(reading: Reading) {
    const or = (text: string) => (text.trim() === "" ? null : text.trim());
    return {
        symbol: or(reading.symbol),
        timeframe: or(reading.timeframe),
        venue: or(reading.venue),
        timezone: reading.timezone.trim() === "" ? "UTC" : reading.timezone.trim(),
        price_divisor: 1,
        exclude_bad: reading.exclude_bad,
        exclude_untraded: false,
    };
}

/** What a file holds, how it is read, and the button that stores it. */
export function UploadPreview({ kept, onClose }: { kept: Kept; onClose: () => void }) {
    const cache = useQueryClient();
    const [reading, setReading] = useState<Reading>({
        symbol: "",
        timeframe: "",
        venue: "",
        timezone: "UTC",
        exclude_bad: false,
    });
    const [tried, setTried] = useState(reading);
    const params = { path: { upload_id: kept.id } };
    const preview = useQuery({
        queryKey: ["preview", kept.id, tried],
        queryFn: () => held(client.POST("/data/uploads/{upload_id}/preview", { params, body: asked(tried) })),
        placeholderData: keepPreviousData,
        retry: false,
    });
    const over = async () => {
        for (const key of ["uploads", "markets", "coverage", "quality", "bars"])
            await cache.invalidateQueries({ queryKey: [key] });
        onClose();
    };
    const store = useMutation({
        mutationFn: () =>
            held(client.POST("/data/uploads/{upload_id}/store", { params, body: { ...asked(tried), mode: "merge" } })),
        onSuccess: over,
    });
    const drop = useMutation({
        mutationFn: () => held(client.DELETE("/data/uploads/{upload_id}", { params })),
        onSuccess: over,
    });
    const set = (changes: Partial<Reading>) => setReading({ ...reading, ...changes });
    const changed = JSON.stringify(reading) !== JSON.stringify(tried);
    const found = preview.data;
    const needsVenue = found !== undefined && found.venue === null;
    return (
        <>
            <DialogContent dividers>
                <Stack spacing={2}>
                    <Stack direction="row" useFlexGap spacing={1.5} sx={{ flexWrap: "wrap" }}>
                        <TextField
                            label="Symbol"
                            placeholder={found?.symbol ?? "BTC/USDT"}
                            value={reading.symbol}
                            onChange={(event) => set({ symbol: event.target.value })}
                            sx={{ width: 150 }}
                            slotProps={{ inputLabel: { shrink: true } }}
                        />
                        <TextField
                            select
                            label="Bar"
                            value={reading.timeframe}
                            onChange={(event) => set({ timeframe: event.target.value })}
                            sx={{ width: 150 }}
                            slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
                        >
                            <MenuItem value="">{found ? `found: ${found.timeframe}` : "find out"}</MenuItem>
                            {TIMEFRAMES.map((one) => (
                                <MenuItem key={one} value={one}>
                                    {one}
                                </MenuItem>
                            ))}
                        </TextField>
                        <TextField
                            label="Venue"
                            placeholder={found?.venue ?? "binance"}
                            error={needsVenue && reading.venue === ""}
                            helperText={needsVenue ? "Where it trades" : undefined}
                            value={reading.venue}
                            onChange={(event) => set({ venue: event.target.value })}
                            sx={{ width: 150 }}
                            slotProps={{ inputLabel: { shrink: true } }}
                        />
                        <TextField
                            label="Time zone of the file"
                            value={reading.timezone}
                            onChange={(event) => set({ timezone: event.target.value })}
                            sx={{ width: 170 }}
                        />
                        <FormControlLabel
                            control={
                                <Checkbox
                                    checked={reading.exclude_bad}
                                    onChange={(event) => set({ exclude_bad: event.target.checked })}
                                />
                            }
                            label="Leave bars with errors out"
                        />
                        <Button variant="outlined" disabled={!changed} onClick={() => setTried(reading)}>
                            Read it like this
                        </Button>
                    </Stack>
                    {preview.error && (
                        <ErrorNotice error={preview.error} title="The file cannot be read like this" say={inTheForm} />
                    )}
                    {preview.isPending && <RowsSkeleton />}
                    {found && !preview.error && (
                        <>
                            <Alert severity={found.blocked ? "error" : "info"} variant="outlined">
                                {found.blocked
                                    ? "Errors block the import; correct the file, or leave such bars out."
                                    : `This is ${found.symbol} ${found.timeframe}${found.venue === null ? "" : ` of ${found.venue}`}, calendar ${found.calendar}. Bars that are stored already stay; new ones are added.`}
                            </Alert>
                            <Findings quality={readQuality(found.quality)} />
                            <PreviewRows rows={found.rows} />
                        </>
                    )}
                    {(store.error ?? drop.error) && <ErrorNotice error={store.error ?? drop.error} say={inTheForm} />}
                </Stack>
            </DialogContent>
            <DialogActions>
                <Button color="error" onClick={() => drop.mutate()} disabled={drop.isPending || store.isPending}>
                    Drop the file
                </Button>
                <Button onClick={onClose}>Later</Button>
                <Button
                    variant="contained"
                    onClick={() => store.mutate()}
                    disabled={
                        !found ||
                        found.blocked ||
                        changed ||
                        needsVenue ||
                        preview.error !== null ||
                        store.isPending ||
                        drop.isPending
                    }
                >
                    Store the prices
                </Button>
            </DialogActions>
        </>
    );
}
