import Chip from "@mui/material/Chip";
import Stack from "@mui/material/Stack";
import Tooltip from "@mui/material/Tooltip";

import { type Looks, StateChip } from "@/components/StateChip";
import type { BotOut } from "@/pages/bots/queries";

export const BOT_LOOKS: Looks = {
    running: { colour: "primary", means: "lives through every bar that is stored" },
    stopped: { colour: "default", means: "rests until it is started; what it holds stays open" },
    failed: { colour: "error", means: "could not go on; its page says why" },
    demoted: { colour: "warning", means: "ended for good: its alpha is called decayed" },
};

const MODES: Looks = {
    sandbox: { colour: "primary", means: "sends its orders to the test system of an exchange" },
    real: { colour: "error", means: "sends real orders where the second switch is on" },
};

/** What a bot was told, and whether its safeguards hold it back. */
export function BotChip({ bot }: { bot: BotOut }) {
    return (
        <Stack
            direction="row"
            spacing={0.5}
            useFlexGap
            component="span"
            sx={{ flexWrap: "wrap", display: "inline-flex" }}
        >
            <StateChip state={bot.state} looks={BOT_LOOKS} />
            {bot.mode !== "paper" && <StateChip state={bot.mode} looks={MODES} />}
            {bot.now.halted !== null && (
                <Tooltip title={`It enters nothing until it is resumed: ${bot.now.halted}`}>
                    <Chip size="small" variant="outlined" color="error" label="halted" tabIndex={0} />
                </Tooltip>
            )}
        </Stack>
    );
}
