import { Mark, type MarkColour } from "@/components/Mark";

/** How states look, and what each means. */
export type Looks = Readonly<Record<string, { colour: MarkColour; means: string }>>;

interface StateChipProps {
    state: string;
    looks: Looks;
    /** Said in place of what the state means by itself. */
    means?: string | undefined;
}

/** A state in a frame; what it means is told on hover and focus. */
export function StateChip({ state, looks, means }: StateChipProps) {
    const look = looks[state];
    return <Mark label={state} colour={look?.colour ?? "default"} reason={means ?? look?.means ?? ""} />;
}
