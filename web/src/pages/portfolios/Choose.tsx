import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import MenuItem from "@mui/material/MenuItem";
import TextField from "@mui/material/TextField";
import { useQuery } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";

import { ErrorNotice } from "@/components/ErrorNotice";
import { RowsSkeleton } from "@/components/Loading";
import { Panel } from "@/components/Panel";
import { useUrlState } from "@/hooks/useUrlState";
import { NumberField } from "@/pages/discover/NumberField";
import { Choice } from "@/pages/portfolios/Choice";
import { choiceQuery } from "@/pages/portfolios/queries";
import { METHODS, WISHES, type Wishes, wishFaults } from "@/pages/portfolios/wishes";

const STATE = { ...WISHES, show: false };

/** What the server tells a person at a terminal to do, for who has this page. */
function atThePage(told: string): string {
    return told.replace(/: alpha discover\b/, " with a new discovery");
}

/** Asks which alphas to trade together, and shows the answer; the question stands in the address. */
export function Choose() {
    const [{ show, ...asked }, change] = useUrlState(STATE);
    const [wishes, setWishes] = useState<Wishes>(asked);
    const faults = wishFaults(wishes);
    const choice = useQuery({ ...choiceQuery(asked), enabled: show && Object.keys(wishFaults(asked)).length === 0 });
    const set = (name: keyof Wishes) => (value: number | null) => setWishes({ ...wishes, [name]: value ?? NaN });
    const submit = (event: SubmitEvent) => {
        event.preventDefault();
        if (Object.keys(faults).length > 0) return;
        change({ ...wishes, show: true });
        if (show && JSON.stringify(wishes) === JSON.stringify(asked)) void choice.refetch();
    };
    return (
        <Panel
            title="Choose"
            about="One alpha after the other, each by what it adds to the Sharpe ratio of those before it, as long as its days resemble none of theirs too much; then weighed by risk, within what their markets can take."
        >
            <Box
                component="form"
                onSubmit={submit}
                noValidate
                sx={{ display: "flex", flexWrap: "wrap", gap: 1.5, alignItems: "flex-start" }}
            >
                <NumberField label="Capital" value={wishes.capital} onChange={set("capital")} fault={faults.capital} />
                <TextField
                    select
                    label="Weighed by"
                    value={wishes.method}
                    onChange={(event) => setWishes({ ...wishes, method: event.target.value })}
                    helperText={METHODS.find((one) => one.name === wishes.method)?.means}
                    sx={{ width: 260 }}
                >
                    {METHODS.map((one) => (
                        <MenuItem key={one.name} value={one.name}>
                            {one.label}
                        </MenuItem>
                    ))}
                </TextField>
                <NumberField
                    label="Alphas at most"
                    whole
                    value={wishes.most}
                    onChange={set("most")}
                    fault={faults.most}
                />
                <NumberField
                    label="Correlation at most"
                    value={wishes.max_correlation}
                    onChange={set("max_correlation")}
                    helper="of daily returns"
                    fault={faults.max_correlation}
                />
                <NumberField
                    label="Share of one at most"
                    unit="%"
                    times={100}
                    value={wishes.max_weight}
                    onChange={set("max_weight")}
                    fault={faults.max_weight}
                />
                <Button type="submit" variant="contained" disabled={choice.isFetching} sx={{ minHeight: 40 }}>
                    {choice.isFetching ? "Choosing" : "Choose"}
                </Button>
            </Box>
            <Box sx={{ mt: show ? 2.5 : 0 }}>
                {show && choice.error && (
                    <ErrorNotice error={choice.error} title="Nothing could be chosen" say={atThePage} />
                )}
                {show && choice.isFetching && !choice.data && <RowsSkeleton />}
                {show && choice.data && <Choice found={choice.data} wishes={asked} />}
            </Box>
        </Panel>
    );
}
