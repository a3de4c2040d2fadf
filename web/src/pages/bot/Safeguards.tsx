import Box from "@mui/material/Box";
import Stack from "@mui/material/Stack";
import Typography from "@mui/material/Typography";

import { Facts } from "@/components/Facts";
import { Panel } from "@/components/Panel";
import { percent, whole } from "@/format/number";
import { plain } from "@/format/parameters";
import type { BotOut } from "@/pages/bots/queries";

const LIMITS = [
    ["max_drawdown", "Drawdown limit", "closes and halts until resumed"],
    ["max_daily_loss", "Daily loss limit", "closes and rests until the next day (UTC)"],
    ["max_position", "Position limit", "entries are cut to it"],
    ["max_jump", "Jump of a bar", "held back until the next bar confirms it"],
] as const;

const FIRED: Record<string, string> = {
    limit: "limits broken",
    halted: "halts",
    refused: "bars refused",
    held_back: "bars held back",
    confirmed: "of those confirmed",
    refuted: "of those refuted",
    stuck: "exits that were stuck",
    unhedged: "entries with a leg missing",
    stranger: "unknown orders taken back",
    failed: "failures",
    feed_lost: "times without bars",
    feed_back: "times that bars came again",
};

/** What stops the bot whatever its rule says, and how often it did. */
export function Safeguards({ bot }: { bot: BotOut }) {
    const told = (bot.config.bot as { safeguards?: Record<string, number | null> } | undefined)?.safeguards ?? {};
    const fired = Object.entries(bot.now.safeguards_fired);
    return (
        <Panel
            title="Safeguards"
            about="Limits that stop it whatever its rule says; the log tells each time one of them did."
        >
            <Stack spacing={1.5}>
                <Facts
                    rows={LIMITS.map(([name, label, does]) => {
                        const value = told[name];
                        return [
                            label,
                            value == null
                                ? "off"
                                : `${percent(value, Number.isInteger(value * 100) ? 0 : 1)} · ${does}`,
                        ];
                    })}
                />
                <Box>
                    <Typography variant="h3" component="h3" sx={{ mb: 0.5 }}>
                        How often they did
                    </Typography>
                    {fired.length === 0 ? (
                        <Typography color="textSecondary">None of them had to act so far.</Typography>
                    ) : (
                        <Facts rows={fired.map(([kind, count]) => [FIRED[kind] ?? plain(kind), whole(count)])} />
                    )}
                </Box>
            </Stack>
        </Panel>
    );
}
