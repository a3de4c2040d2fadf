import Button from "@mui/material/Button";
import Chip from "@mui/material/Chip";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { client, held } from "@/api/client";
import { ErrorNotice } from "@/components/ErrorNotice";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { SimpleTable } from "@/components/SimpleTable";
import { Moment } from "@/format/Moment";

/** Where one is signed in. */
export function Sessions() {
    const cache = useQueryClient();
    const query = useQuery({
        queryKey: ["sessions"],
        queryFn: () => held(client.GET("/auth/sessions", { params: { query: { limit: 1000 } } })),
    });
    const end = useMutation({
        mutationFn: (session_id: string) =>
            held(client.DELETE("/auth/sessions/{session_id}", { params: { path: { session_id } } })),
        onSettled: () => cache.invalidateQueries({ queryKey: ["sessions"] }),
    });
    return (
        <Panel title="Where you are signed in" about="End a login that you do not know, and change the password.">
            {end.error && <ErrorNotice error={end.error} />}
            <Loaded query={query} title="The logins cannot be shown">
                {(sessions) => (
                    <SimpleTable
                        label="Logins"
                        stacks
                        rows={sessions}
                        keyOf={(one) => one.id}
                        columns={[
                            { name: "Since", show: (one) => <Moment at={one.began_at} /> },
                            { name: "Address", show: (one) => one.client },
                            { name: "Ends by itself", show: (one) => <Moment at={one.expires_at} /> },
                            {
                                name: "End it now",
                                right: true,
                                show: (one) =>
                                    one.current ? (
                                        <Chip size="small" label="this one" />
                                    ) : (
                                        <Button
                                            size="small"
                                            onClick={() => end.mutate(one.id)}
                                            disabled={end.isPending}
                                        >
                                            End
                                        </Button>
                                    ),
                            },
                        ]}
                    />
                )}
            </Loaded>
        </Panel>
    );
}
