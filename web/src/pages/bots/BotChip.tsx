import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Tooltip from "@mui/material/Tooltip";

import type { BotOut } from "@/pages/bots/queries";

type Colour = "default" | "primary" | "warning" | "error";

const MEANS: Record<string, { colour: Colour; means: string }> = {
    running: { colour: "primary", means: "lives through every bar that is stored" },
    stopped: { colour: "default", means: "rests until it is started; what it holds stays open" },
    failed: { colour: "error", means: "could not go on; its page says why" },
    demoted: { colour: "warning", means: "ended for good: its alpha is called decayed" },
};

/** What a bot was told, and whether its safeguards hold it back. */
export function BotChip({ bot }: { bot: BotOut }) {
    const look = MEANS[bot.state];
    return (
        <Stack
            direction="row"
            spacing={0.5}
            useFlexGap
            component="span"
            sx={{ flexWrap: "wrap", display: "inline-flex" }}
        >
            <Tooltip title={look?.means ?? ""}>
                <Chip
                    size="small"
                    variant="outlined"
                    color={look?.colour ?? "default"}
                    label={bot.state}
                    tabIndex={0}
                />
            </Tooltip>
            {bot.now.halted !== null && (
                <Tooltip title={`It enters nothing until it is resumed: ${bot.now.halted}`}>
                    <Chip size="small" variant="outlined" color="error" label="halted" tabIndex={0} />
                </Tooltip>
            )}
        </Stack>
    );
}
