import { alpha, styled } from "@mui/material/styles";
import Tooltip from "@mui/material/Tooltip";
import { type HTMLAttributes, useEffect, useRef, useState } from "react";

export type MarkColour = "default" | "primary" | "success" | "warning" | "error";

const COLOURS = ["primary", "success", "warning", "error"] as const;
const LINGERS = 120; // ms to reach what is told with the pointer

// a class for all of them and no component inside: a table has hundreds
const Pill = styled("span")(({ theme }) => ({
    display: "inline-flex",
    alignItems: "center",
    gap: 4,
    height: 24,
    padding: "0 8px",
    border: `1px solid ${alpha(theme.palette.text.secondary, 0.6)}`,
    borderRadius: 12,
    fontSize: "0.8125rem",
    lineHeight: 1,
    whiteSpace: "nowrap",
    cursor: "default",
    "&[data-sign]::before": { content: "attr(data-sign)", fontWeight: 700 },
    ...Object.fromEntries(
        COLOURS.map((name) => [
            `&[data-colour=${name}]`,
            { color: theme.palette[name].main, borderColor: alpha(theme.palette[name].main, 0.7) },
        ]),
    ),
}));

interface MarkProps extends Pick<HTMLAttributes<HTMLElement>, "role" | "aria-label"> {
    label: string;
    colour: MarkColour;
    /** Said on hover and focus. */
    reason: string;
    /** A sign before the label, so that colour is not all that tells them apart. */
    sign?: string;
}

/** A word in a frame whose reason is told on hover and focus. */
export function Mark({ label, colour, reason, sign, ...rest }: MarkProps) {
    const [anchor, setAnchor] = useState<HTMLElement | null>(null);
    const leaving = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
    useEffect(() => () => clearTimeout(leaving.current), []);
    const stay = () => clearTimeout(leaving.current);
    const open = (element: HTMLElement) => {
        stay();
        setAnchor(element);
    };
    const leave = () => {
        leaving.current = setTimeout(() => setAnchor(null), LINGERS);
    };
    return (
        <>
            <Pill
                {...rest}
                tabIndex={0}
                data-colour={colour}
                {...(sign === undefined ? {} : { "data-sign": sign })}
                onMouseEnter={(event) => open(event.currentTarget)}
                onFocus={(event) => open(event.currentTarget)}
                onMouseLeave={leave}
                onBlur={leave}
                onKeyDown={(event) => event.key === "Escape" && setAnchor(null)}
            >
                {label}
            </Pill>
            {anchor && reason !== "" && (
                <Tooltip
                    open
                    title={reason}
                    slotProps={{ popper: { anchorEl: anchor, onMouseEnter: stay, onMouseLeave: leave } }}
                >
                    <span />
                </Tooltip>
            )}
        </>
    );
}
