import Tooltip from "@mui/material/Tooltip";

import { ago, localTime, utcTime } from "@/format/time";

interface MomentProps {
    at: string | null | undefined;
    /** "5 min ago" instead of the date. */
    relative?: boolean;
}

/** A moment in the local zone; hovering or focusing it tells UTC. */
export function Moment({ at, relative = false }: MomentProps) {
    const told = relative ? `${localTime(at)} local, ${utcTime(at)}` : utcTime(at);
    return (
        <Tooltip title={told}>
            <time dateTime={at ?? undefined} style={{ whiteSpace: "nowrap" }}>
                {relative ? ago(at) : localTime(at)}
            </time>
        </Tooltip>
    );
}
