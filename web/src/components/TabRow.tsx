import Box from "@mui/material/Box";
import Tab from "@mui/material/Tab";
import Tabs from "@mui/material/Tabs";
import useMediaQuery from "@mui/material/useMediaQuery";
import { type ReactNode, useId } from "react";

interface TabRowProps {
    /** What the tabs are parts of, for who does not see them. */
    label: string;
    tabs: readonly { key: string; name: string }[];
    value: string;
    onChange: (key: string) => void;
    /** What the chosen tab shows. */
    children: ReactNode;
}

/** Tabs over what the chosen one shows; on a phone a finger moves them. Buttons would hide the one that is chosen. */
export function TabRow({ label, tabs, value, onChange, children }: TabRowProps) {
    const id = useId();
    const narrow = useMediaQuery("(max-width: 699.95px)", { noSsr: true });
    return (
        <>
            <Tabs
                value={value}
                onChange={(_, next: string) => onChange(next)}
                aria-label={label}
                {...(narrow ? { variant: "scrollable", scrollButtons: false } : {})}
                sx={{ mb: 2, borderBottom: 1, borderColor: "divider" }}
            >
                {tabs.map(({ key, name }) => (
                    <Tab key={key} value={key} label={name} id={`${id}-${key}`} aria-controls={id} />
                ))}
            </Tabs>
            <Box role="tabpanel" id={id} aria-labelledby={`${id}-${value}`}>
                {children}
            </Box>
        </>
    );
}
