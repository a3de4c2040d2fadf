import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import MenuItem from "@mui/material/MenuItem";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useId, useState } from "react";

import { client, held } from "@/api/client";
import { ErrorNotice } from "@/components/ErrorNotice";
import { sourcesQuery } from "@/pages/data/queries";
import { lines, TIMEFRAMES } from "@/pages/data/symbols";

/** Ask for prices from outside. */
export function DownloadDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
    const id = useId();
    const cache = useQueryClient();
    const sources = useQuery({ ...sourcesQuery, enabled: open });
    const [source, setSource] = useState("archive");
    const [symbols, setSymbols] = useState("");
    const [timeframes, setTimeframes] = useState(["1h"]);
    const [start, setStart] = useState("");
    const [end, setEnd] = useState("");
    const start_ = useMutation({
        mutationFn: () =>
            held(
                client.POST("/data/downloads", {
                    body: {
                        source,
                        symbols: lines(symbols),
                        timeframes,
                        start: start === "" ? null : start,
                        end: end === "" ? null : end,
                        exclude_bad: false,
                    },
                }),
            ),
        onSuccess: async () => {
            await cache.invalidateQueries({ queryKey: ["downloads"] });
            onClose();
        },
    });
    const wanted = lines(symbols);
    const ready = wanted.length > 0 && timeframes.length > 0;
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        if (ready) start_.mutate();
    };
    return (
        <Dialog open={open} onClose={onClose} maxWidth="sm" fullWidth aria-labelledby={id}>
            <form onSubmit={submit}>
                <DialogTitle id={id}>Download prices</DialogTitle>
                <DialogContent>
                    <Stack spacing={2} sx={{ pt: 1 }}>
                        <Typography color="textSecondary">
                            Only what is not stored yet is fetched. This is the one thing for which the laboratory uses
                            the network.
                        </Typography>
                        <TextField
                            select
                            label="Source"
                            value={source}
                            onChange={(event) => setSource(event.target.value)}
                        >
                            {(sources.data ?? []).map((one) => (
                                <MenuItem key={one.name} value={one.name} disabled={!one.available}>
                                    {one.title}
                                    {one.available ? "" : ` (${one.reason})`}
                                </MenuItem>
                            ))}
                        </TextField>
                        <TextField
                            label="Symbols"
                            required
                            autoFocus
                            placeholder="BTC/USDT, ETH/USDT"
                            helperText="Several at once, separated by commas. Perpetuals: BTC/USDT:USDT"
                            value={symbols}
                            onChange={(event) => setSymbols(event.target.value)}
                        />
                        <TextField
                            select
                            label="Bar lengths"
                            value={timeframes}
                            onChange={(event) => {
                                const value: unknown = event.target.value;
                                setTimeframes(Array.isArray(value) ? value.map(String) : [String(value)]);
                            }}
                            slotProps={{ select: { multiple: true } }}
                        >
                            {TIMEFRAMES.map((one) => (
                                <MenuItem key={one} value={one}>
                                    {one}
                                </MenuItem>
                            ))}
                        </TextField>
                        <Stack direction={{ xs: "column", sm: "row" }} spacing={2}>
                            <TextField
                                label="First day"
                                type="date"
                                fullWidth
                                value={start}
                                helperText="Left out: all there is"
                                onChange={(event) => setStart(event.target.value)}
                                slotProps={{ inputLabel: { shrink: true } }}
                            />
                            <TextField
                                label="Day before which to stop"
                                type="date"
                                fullWidth
                                value={end}
                                helperText="Left out: now"
                                onChange={(event) => setEnd(event.target.value)}
                                slotProps={{ inputLabel: { shrink: true } }}
                            />
                        </Stack>
                        {start_.error && <ErrorNotice error={start_.error} />}
                    </Stack>
                </DialogContent>
                <DialogActions>
                    <Button onClick={onClose}>Cancel</Button>
                    <Button type="submit" variant="contained" disabled={!ready || start_.isPending}>
                        Download
                    </Button>
                </DialogActions>
            </form>
        </Dialog>
    );
}
