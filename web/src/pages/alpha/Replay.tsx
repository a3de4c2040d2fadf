import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import CircularProgress from "@mui/material/CircularProgress";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Stack from "@mui/material/Stack";
import { useQuery } from "@tanstack/react-query";

import { client, held, type Schemas } from "@/api/client";
import { ErrorNotice } from "@/components/ErrorNotice";
import { SimpleTable } from "@/components/SimpleTable";
import { NONE, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import type { AlphaDetail } from "@/pages/alpha/queries";

/** Recomputes every stored number and tells whether it came out again. */
export function Replay({ alpha, onClose }: { alpha: AlphaDetail; onClose: () => void }) {
    const found = useQuery({
        queryKey: ["alpha", alpha.id, "replay"],
        queryFn: () => held(client.POST("/alphas/{alpha_id}/replay", { params: { path: { alpha_id: alpha.id } } })),
        gcTime: 0,
        staleTime: 0,
        refetchOnWindowFocus: false,
    });
    return (
        <Dialog open onClose={onClose} maxWidth="md" fullWidth aria-labelledby="replay-title">
            <DialogTitle id="replay-title">Replay</DialogTitle>
            <DialogContent sx={{ display: "flex", flexDirection: "column", gap: 2 }}>
                <div>
                    The rule is run again over the stored bars, and every number that is stored with the alpha is
                    compared with what comes out now, to the last bit.
                </div>
                {found.isFetching && (
                    <Stack direction="row" spacing={1.5} role="status" sx={{ alignItems: "center" }}>
                        <CircularProgress size={20} aria-hidden />
                        <span>recomputing</span>
                    </Stack>
                )}
                {!found.isFetching && found.error && (
                    <ErrorNotice error={found.error} title="It could not be replayed" />
                )}
                {!found.isFetching && found.data && <Outcome found={found.data} />}
            </DialogContent>
            <DialogActions sx={{ px: 3, pb: 2 }}>
                <Button disabled={found.isFetching} onClick={() => void found.refetch()}>
                    Again
                </Button>
                <Button onClick={onClose} variant="contained" autoFocus>
                    Close
                </Button>
            </DialogActions>
        </Dialog>
    );
}

function Outcome({ found }: { found: Schemas["ReplayOut"] }) {
    if (found.exact)
        return (
            <Alert severity="success" variant="outlined">
                Equal: all {whole(found.compared)} numbers came out again, to the last bit (engine version{" "}
                {found.engine_version}).
            </Alert>
        );
    const told = (value: string | number | null) => (value === null ? NONE : String(value));
    return (
        <>
            <Alert severity="error" variant="outlined">
                Not equal: {whole(found.differing.length)} of {whole(found.compared)} numbers differ. The bars, the rule
                or the engine (now version {found.engine_version}) are not what they were when it was judged.
            </Alert>
            <SimpleTable
                label="Numbers that differ"
                maxHeight={320}
                rows={found.differing}
                keyOf={(one) => `${one.part} ${one.name}`}
                columns={[
                    { name: "Part", show: (one) => one.part },
                    { name: "Number", show: (one) => plain(one.name) },
                    { name: "Stored", right: true, show: (one) => told(one.stored) },
                    { name: "Now", right: true, show: (one) => told(one.now) },
                ]}
            />
        </>
    );
}
