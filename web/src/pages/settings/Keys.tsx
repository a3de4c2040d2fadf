import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import { ConfirmDialog } from "@/components/ConfirmDialog";
import { EmptyState } from "@/components/EmptyState";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";
import { NewKeyDialog } from "@/pages/settings/NewKeyDialog";

type Key = Schemas["KeyOut"];

/** Keys with which scripts come in. */
export function Keys() {
    const cache = useQueryClient();
    const query = useQuery({ queryKey: ["keys"], queryFn: () => held(client.GET("/auth/keys")) });
    const [making, setMaking] = useState(false);
    const [going, setGoing] = useState<Key | null>(null);
    const revoke = useMutation({
        mutationFn: (key_id: string) => held(client.DELETE("/auth/keys/{key_id}", { params: { path: { key_id } } })),
        onSuccess: async () => {
            await cache.invalidateQueries({ queryKey: ["keys"] });
            setGoing(null);
        },
    });
    return (
        <Panel
            title="Your keys"
            about="A script shows a key instead of a password: the header X-API-Key. It can do no more than you."
            actions={
                <Button variant="contained" onClick={() => setMaking(true)} sx={{ flexShrink: 0 }}>
                    New key
                </Button>
            }
        >
            <Loaded query={query} title="The keys cannot be shown">
                {(keys) =>
                    keys.length === 0 ? (
                        <EmptyState title="No key yet">Make one for a script or for another program.</EmptyState>
                    ) : (
                        <SimpleTable
                            label="Keys"
                            stacks
                            rows={keys}
                            keyOf={(key) => key.id}
                            columns={[
                                {
                                    name: "Name",
                                    show: (key) => <Box sx={{ overflowWrap: "anywhere" }}>{key.name}</Box>,
                                },
                                { name: "Role", show: (key) => key.role },
                                { name: "Made", show: (key) => <Moment at={key.created_at} /> },
                                {
                                    name: "Ends",
                                    show: (key) => (key.expires_at === null ? "never" : <Moment at={key.expires_at} />),
                                },
                                {
                                    name: "Last used",
                                    show: (key) =>
                                        key.last_used === null ? "never" : <Moment at={key.last_used} relative />,
                                },
                                {
                                    name: "Take back",
                                    right: true,
                                    show: (key) =>
                                        key.revoked_at === null ? (
                                            <Button size="small" color="error" onClick={() => setGoing(key)}>
                                                Revoke
                                            </Button>
                                        ) : (
                                            "revoked"
                                        ),
                                },
                            ]}
                        />
                    )
                }
            </Loaded>
            <NewKeyDialog open={making} onClose={() => setMaking(false)} />
            <ConfirmDialog
                open={going !== null}
                title={`Revoke the key ${going?.name ?? ""}?`}
                verb="Revoke"
                dangerous
                busy={revoke.isPending}
                error={revoke.error}
                onConfirm={() => going && revoke.mutate(going.id)}
                onClose={() => setGoing(null)}
            >
                Whatever uses it is refused from now on. This cannot be undone.
            </ConfirmDialog>
        </Panel>
    );
}
