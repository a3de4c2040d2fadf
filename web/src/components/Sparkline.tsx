import { useTheme } from "@mui/material/styles";

interface SparklineProps {
    /** 0 to 1 each, the oldest first. */
    values: readonly number[];
    label: string;
    height?: number;
}

/** A small course of shares over time, drawn without the chart library. */
export function Sparkline({ values, label, height = 30 }: SparklineProps) {
    const { palette } = useTheme();
    if (values.length < 2) return null;
    const points = values.map(
        (value, index) => `${(index / (values.length - 1)) * 100},${(1 - clamp(value)) * 28 + 1}`,
    );
    return (
        <svg viewBox="0 0 100 30" width="100%" height={height} preserveAspectRatio="none" role="img" aria-label={label}>
            <polyline
                points={points.join(" ")}
                fill="none"
                stroke={palette.primary.main}
                strokeWidth={1.5}
                vectorEffect="non-scaling-stroke"
            />
        </svg>
    );
}

function clamp(value: number): number {
    return Math.max(0, Math.min(1, value));
}
