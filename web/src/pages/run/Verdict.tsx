import Alert from "@mui/material/Alert";
import AlertTitle from "@mui/material/AlertTitle";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { Link as RouterLink } from "react-router";

import type { Schemas } from "@/api/client";
import { fixed, whole } from "@/format/number";

import { verdictOf, whyNothing } from "./report";

/** What came of a run; where nothing did, why that is the normal result. */
export function Verdict({ run }: { run: Schemas["RunDetail"] }) {
    const found = run.profitable_found;
    if (found > 0)
        return (
            <Alert
                severity="success"
                variant="outlined"
                sx={{ flexWrap: { xs: "wrap", sm: "nowrap" } }}
                action={
                    <Button
                        component={RouterLink}
                        to={`/alphas?run=${run.id}`}
                        color="inherit"
                        variant="outlined"
                        sx={{ whiteSpace: "nowrap" }}
                    >
                        Show {found === 1 ? "the alpha" : `the ${whole(found)} alphas`}
                    </Button>
                }
            >
                <AlertTitle>
                    {found === 1 ? "One alpha passed every test" : `${whole(found)} alphas passed every test`}
                </AlertTitle>
                {verdictOf(run)}
            </Alert>
        );
    return (
        <Alert severity="info" variant="outlined">
            <AlertTitle>No alpha, and that is the normal result</AlertTitle>
            <Typography>{verdictOf(run)}</Typography>
            <Box component="ul" sx={{ my: 1, pl: 2.5, maxWidth: "90ch" }}>
                {whyNothing(run, (value) => fixed(value, 1)).map((one) => (
                    <li key={one}>{one}</li>
                ))}
            </Box>
            <Typography>
                The lab reports only what luck cannot explain, and most searches on most prices hold nothing of the
                kind. What can help: longer histories, more markets that move differently, fewer and better reasoned
                candidates. What does not: searching the same prices again until something passes, for every try is
                counted.
            </Typography>
        </Alert>
    );
}
