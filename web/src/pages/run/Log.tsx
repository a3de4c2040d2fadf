import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import Typography from "@mui/material/Typography";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";

import { client, held, type Schemas } from "@/api/client";
import { Loaded } from "@/components/Loaded";
import { Panel } from "@/components/Panel";
import { Moment } from "@/format/Moment";

import { said } from "./said";

const PAGE = 500;

/** What happened to a run, in order. */
export function Log({ run, live }: { run: Schemas["RunDetail"]; live: boolean }) {
    const [batches, setBatches] = useState(false);
    const query = useInfiniteQuery({
        queryKey: ["runs", "log", run.id],
        queryFn: ({ pageParam }) =>
            held(
                client.GET("/runs/{run_id}/log", {
                    params: { path: { run_id: run.id }, query: { after: pageParam, limit: PAGE } },
                }),
            ),
        initialPageParam: 0,
        getNextPageParam: (page) => (page.length === PAGE ? page.at(-1)?.id : undefined),
        refetchInterval: live ? 5_000 : false,
    });
    const events = (query.data?.pages ?? []).flat();
    const shown = batches ? events : events.filter((one) => one.kind !== "batch" && one.kind !== "null_markets");
    return (
        <Panel
            title="Log"
            actions={
                <FormControlLabel
                    control={<Switch size="small" checked={batches} onChange={(_, on) => setBatches(on)} />}
                    label="each batch"
                />
            }
        >
            <Loaded query={query} title="The log cannot be shown">
                {() =>
                    shown.length === 0 ? (
                        <Typography color="textSecondary">
                            Nothing was logged: runs of a terminal keep no log of events.
                        </Typography>
                    ) : (
                        <Box
                            component="ol"
                            tabIndex={0}
                            aria-label="Log"
                            sx={{ listStyle: "none", m: 0, p: 0, maxHeight: 320, overflowY: "auto" }}
                        >
                            {shown.map((one) => (
                                <Box
                                    component="li"
                                    key={one.id}
                                    sx={{
                                        display: "flex",
                                        columnGap: 1.5,
                                        py: 0.25,
                                        flexDirection: { xs: "column", sm: "row" },
                                    }}
                                >
                                    <Typography variant="body2" color="textSecondary" component="span">
                                        <Moment at={one.at} />
                                    </Typography>
                                    <Typography variant="body2" component="span">
                                        {said(one)}
                                    </Typography>
                                </Box>
                            ))}
                        </Box>
                    )
                }
            </Loaded>
            {query.hasNextPage && (
                <Button size="small" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                    Load the next {PAGE} events
                </Button>
            )}
        </Panel>
    );
}
