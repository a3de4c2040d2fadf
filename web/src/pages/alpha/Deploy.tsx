import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import FormControl from "@mui/material/FormControl";
import FormControlLabel from "@mui/material/FormControlLabel";
import FormLabel from "@mui/material/FormLabel";
import InputAdornment from "@mui/material/InputAdornment";
import Radio from "@mui/material/Radio";
import RadioGroup from "@mui/material/RadioGroup";
import TextField from "@mui/material/TextField";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useNavigate } from "react-router";

import { client, held } from "@/api/client";
import { sentence } from "@/api/problem";
import { ErrorNotice } from "@/components/ErrorNotice";
import { queryOf, type Wanted, wrongs } from "@/pages/alpha/deployment";
import type { AlphaDetail } from "@/pages/alpha/queries";
import { FirstBar } from "@/pages/bots/FirstBar";

/** Makes bots of an alpha: name, capital, paper or live, limits. */
export function Deploy({ alpha, onClose }: { alpha: AlphaDetail; onClose: () => void }) {
    const [wanted, setWanted] = useState<Wanted>(() => ({
        name: `${alpha.strategy_type.replaceAll("_", "-")}-${alpha.id.slice(0, 6)}`,
        capital: "10000",
        mode: "paper",
        confirm: "",
        replay: false,
        start: "",
        max_drawdown: "",
        max_daily_loss: "",
        max_position: "",
        at_once: false,
    }));
    const [tried, setTried] = useState(false);
    const modes = useQuery({
        queryKey: ["bots", "modes", alpha.id],
        queryFn: () => held(client.GET("/bots/modes", { params: { query: { alpha_id: alpha.id } } })),
    });
    const deploy = useDeploy(alpha, wanted);
    const wrong = tried ? wrongs(wanted) : {};
    const change = (changes: Partial<Wanted>) => setWanted((before) => ({ ...before, ...changes }));
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(wrongs(wanted)).length === 0) deploy.mutate();
    };
    const field = (name: "name" | "capital" | "confirm", label: string, more: Record<string, unknown> = {}) => (
        <TextField
            label={label}
            value={wanted[name]}
            onChange={(event) => change({ [name]: event.target.value })}
            error={wrong[name] !== undefined}
            helperText={wrong[name]}
            {...more}
        />
    );
    const limit = (name: "max_drawdown" | "max_daily_loss" | "max_position", label: string, means: string) => (
        <TextField
            label={label}
            value={wanted[name]}
            placeholder="off"
            onChange={(event) => change({ [name]: event.target.value })}
            error={wrong[name] !== undefined}
            helperText={wrong[name] ?? means}
            slotProps={{
                htmlInput: { inputMode: "decimal" },
                input: { endAdornment: <InputAdornment position="end">%</InputAdornment> },
            }}
        />
    );
    const markets = alpha.tested_symbols.length;
    return (
        <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="deploy-title">
            <Box component="form" onSubmit={submit} noValidate sx={{ display: "contents" }}>
                <DialogTitle id="deploy-title">Deploy as a bot</DialogTitle>
                <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
                    <div>
                        The bot runs this very rule bar by bar, as bars of {alpha.tested_symbols.join(", ")} are stored.
                        {markets > 1 &&
                            ` Each of the ${markets} markets gets a bot of its own, with an equal share of the capital.`}
                    </div>
                    {field("name", "Bot name", {
                        autoFocus: true,
                        required: true,
                        slotProps: { htmlInput: { maxLength: 100 } },
                    })}
                    {field("capital", "Allocated capital", {
                        required: true,
                        slotProps: {
                            htmlInput: { inputMode: "decimal" },
                            input: { endAdornment: <InputAdornment position="end">quote currency</InputAdornment> },
                        },
                    })}
                    <FormControl>
                        <FormLabel id="deploy-mode">Orders</FormLabel>
                        <RadioGroup
                            aria-labelledby="deploy-mode"
                            value={wanted.mode}
                            onChange={(event) => change({ mode: event.target.value as Wanted["mode"] })}
                        >
                            {(modes.data ?? []).map((one) => (
                                <FormControlLabel
                                    key={one.mode}
                                    value={one.mode}
                                    disabled={!one.allowed}
                                    control={<Radio size="small" />}
                                    label={
                                        one.mode === "paper"
                                            ? "Paper: filled at the stored prices, no money moves"
                                            : "Live: real orders"
                                    }
                                />
                            ))}
                        </RadioGroup>
                        {modes.data
                            ?.filter((one) => one.why_not !== null)
                            .map((one) => (
                                <Alert key={one.mode} severity="info" variant="outlined" sx={{ mt: 0.5 }}>
                                    {one.mode === "live" ? "Live is not possible here. " : ""}
                                    {sentence(one.why_not ?? "")}
                                </Alert>
                            ))}
                        {wanted.mode === "live" && (
                            <Alert severity="warning" variant="outlined">
                                Once started, this bot sends real orders with real money, without asking again.
                            </Alert>
                        )}
                        {wanted.mode === "live" &&
                            field("confirm", "Type the bot's name to confirm", {
                                required: true,
                                autoComplete: "off",
                                sx: { mt: 1.5 },
                            })}
                    </FormControl>
                    <FirstBar first={wanted} fault={wrong.start} onChange={change} />
                    <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { xs: "1fr", sm: "repeat(3, 1fr)" } }}>
                        {limit("max_drawdown", "Drawdown limit", "halts until resumed")}
                        {limit("max_daily_loss", "Daily loss limit", "rests until the next day")}
                        {limit("max_position", "Position limit", "of the capital; cuts entries")}
                    </Box>
                    <FormControlLabel
                        control={
                            <Checkbox
                                size="small"
                                checked={wanted.at_once}
                                onChange={(event) => change({ at_once: event.target.checked })}
                            />
                        }
                        label="Start it at once; otherwise it waits until somebody does"
                    />
                    {deploy.error && <ErrorNotice error={deploy.error} title="It was not deployed" />}
                </DialogContent>
                <DialogActions sx={{ px: 3, pb: 2 }}>
                    <Button onClick={onClose}>Cancel</Button>
                    <Button
                        type="submit"
                        variant="contained"
                        color={wanted.mode === "live" ? "error" : "primary"}
                        disabled={deploy.isPending || (wanted.mode === "live" && wrongs(wanted).confirm !== undefined)}
                    >
                        {wanted.mode === "live" ? "Deploy with real orders" : "Deploy"}
                    </Button>
                </DialogActions>
            </Box>
        </Dialog>
    );
}

function useDeploy(alpha: AlphaDetail, wanted: Wanted) {
    const cache = useQueryClient();
    const navigate = useNavigate();
    return useMutation({
        mutationFn: async () => {
            const made = await held(
                client.POST("/deploy/{alpha_id}", {
                    params: { path: { alpha_id: alpha.id }, query: queryOf(wanted) },
                }),
            );
            if (wanted.at_once)
                for (const id of made.bot_ids)
                    await held(client.POST("/bots/{bot_id}/start", { params: { path: { bot_id: id } } }));
            return made;
        },
        onSuccess: (made) => {
            void cache.invalidateQueries({ queryKey: ["bots"] });
            void cache.invalidateQueries({ queryKey: ["alphas"] });
            void cache.invalidateQueries({ queryKey: ["alpha", alpha.id], exact: true });
            void navigate(made.bot_ids.length > 1 ? `/bots?alpha=${alpha.id}` : `/bots/${made.bot_id}`);
        },
    });
}
