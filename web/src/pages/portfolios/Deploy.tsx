import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import FormControlLabel from "@mui/material/FormControlLabel";
import InputAdornment from "@mui/material/InputAdornment";
import TextField from "@mui/material/TextField";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { useNavigate } from "react-router";

import { client, held } from "@/api/client";
import { ErrorNotice } from "@/components/ErrorNotice";
import { money } from "@/format/number";
import { FirstBar } from "@/pages/bots/FirstBar";
import type { Chosen } from "@/pages/portfolios/queries";
import { type Deployment, DEPLOYMENT, deploymentFaults, deploymentQuery, type Wishes } from "@/pages/portfolios/wishes";

interface DeployProps {
    found: Chosen;
    wishes: Wishes;
    onClose: () => void;
}

/** Makes a paper bot of each chosen alpha, all under one name. */
export function Deploy({ found, wishes, onClose }: DeployProps) {
    const [asked, setAsked] = useState<Deployment>(DEPLOYMENT);
    const [tried, setTried] = useState(false);
    const deploy = useDeploy(found, wishes, asked);
    const wrong = tried ? deploymentFaults(asked) : {};
    const change = (changes: Partial<Deployment>) => setAsked((before) => ({ ...before, ...changes }));
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(deploymentFaults(asked)).length === 0) deploy.mutate();
    };
    type Field = Exclude<keyof Deployment, "replay" | "start" | "at_once">;
    const field = (name: Field, label: string, unit?: string, helper?: string, more: Record<string, unknown> = {}) => (
        <TextField
            label={label}
            value={asked[name]}
            onChange={(event) => change({ [name]: event.target.value })}
            error={wrong[name] !== undefined}
            helperText={wrong[name] ?? helper}
            slotProps={{
                ...(unit === undefined
                    ? {}
                    : {
                          htmlInput: { inputMode: "decimal" },
                          input: { endAdornment: <InputAdornment position="end">{unit}</InputAdornment> },
                          inputLabel: { shrink: true },
                      }),
            }}
            {...more}
        />
    );
    return (
        <Dialog open onClose={onClose} maxWidth="sm" fullWidth aria-labelledby="portfolio-deploy-title">
            <Box component="form" onSubmit={submit} noValidate sx={{ display: "contents" }}>
                <DialogTitle id="portfolio-deploy-title">Deploy as a portfolio</DialogTitle>
                <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
                    <div>
                        Each of the {found.holdings.length} alphas gets a paper bot for each of its markets, with its
                        share of {money(wishes.capital - found.unused)}. Orders are filled at the stored prices; no
                        money moves.
                    </div>
                    {field("name", "Portfolio name", undefined, undefined, {
                        autoFocus: true,
                        required: true,
                        slotProps: { htmlInput: { maxLength: 80 } },
                    })}
                    <FirstBar first={asked} fault={wrong.start} onChange={change} />
                    <Box sx={{ display: "grid", gap: 1.5, gridTemplateColumns: { xs: "1fr", sm: "repeat(2, 1fr)" } }}>
                        {field("rebalance_days", "Back to its weights every", "days", "empty: only when asked")}
                        {field("threshold", "If a share is off by", "%", "of the whole, from its weight")}
                        {field("max_drawdown", "Drawdown limit", "%", "of each bot; empty: none")}
                        {field("max_daily_loss", "Daily loss limit", "%", "of each bot; empty: none")}
                    </Box>
                    <FormControlLabel
                        control={
                            <Checkbox
                                size="small"
                                checked={asked.at_once}
                                onChange={(event) => change({ at_once: event.target.checked })}
                            />
                        }
                        label="Start its bots at once; otherwise they wait until somebody does"
                    />
                    {deploy.error && <ErrorNotice error={deploy.error} title="It was not deployed" />}
                </DialogContent>
                <DialogActions sx={{ px: 3, pb: 2 }}>
                    <Button onClick={onClose}>Cancel</Button>
                    <Button type="submit" variant="contained" disabled={deploy.isPending}>
                        Deploy
                    </Button>
                </DialogActions>
            </Box>
        </Dialog>
    );
}

function useDeploy(found: Chosen, wishes: Wishes, asked: Deployment) {
    const cache = useQueryClient();
    const navigate = useNavigate();
    return useMutation({
        mutationFn: async () => {
            const alphas = found.holdings.map((one) => one.alpha_id); // those that were shown, and no newer ones
            const made = await held(
                client.POST("/portfolios", {
                    params: { query: { ...deploymentQuery(wishes, asked), alpha_id: alphas } },
                }),
            );
            if (asked.at_once)
                for (const bot of made.bots)
                    await held(client.POST("/bots/{bot_id}/start", { params: { path: { bot_id: bot.bot_id } } }));
            return made;
        },
        onSuccess: (made) => {
            for (const kind of ["portfolios", "bots", "alphas"]) void cache.invalidateQueries({ queryKey: [kind] });
            void navigate(`/portfolios/${encodeURIComponent(made.name)}`);
        },
    });
}
