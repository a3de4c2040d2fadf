import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import { useQuery } from "@tanstack/react-query";

import { PagedTable } from "@/components/PagedTable";
import { Panel } from "@/components/Panel";
import { Moment } from "@/format/Moment";
import { plain } from "@/format/parameters";
import { useUrlState } from "@/hooks/useUrlState";
import { botLogQuery, type BotOut } from "@/pages/bots/queries";

const DEFAULTS = { log: 1, safeguards: false };
const ROWS = 50;

/** What happened, the last first. */
export function Log({ bot }: { bot: BotOut }) {
    const [{ log: page, safeguards }, change] = useUrlState(DEFAULTS);
    const found = useQuery(botLogQuery(bot, safeguards, page, ROWS));
    return (
        <Panel
            title="Log"
            about="Orders, trades and what its safeguards did, the last first; the time is that of the bar."
            actions={
                <FormControlLabel
                    control={
                        <Switch
                            size="small"
                            checked={safeguards}
                            onChange={(event) => change({ safeguards: event.target.checked, log: 1 })}
                        />
                    }
                    label="Safeguards only"
                />
            }
        >
            <PagedTable
                query={found}
                title="The log cannot be shown"
                empty={safeguards ? "No safeguard had to act so far" : "Nothing has happened yet"}
                page={page}
                size={ROWS}
                onPage={(log) => change({ log })}
                label="Log of the bot"
                stacks
                maxHeight={420}
                keyOf={(line) => String(line.seq)}
                columns={[
                    { name: "Bar", show: (line) => <Moment at={line.time} /> },
                    {
                        name: "What",
                        show: (line) => (line.safeguard ? <strong>{plain(line.kind)}</strong> : plain(line.kind)),
                    },
                    { name: "Told", show: (line) => line.text },
                ]}
            />
        </Panel>
    );
}
