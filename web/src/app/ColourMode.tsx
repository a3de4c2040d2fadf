import useMediaQuery from "@mui/material/useMediaQuery";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import CssBaseline from "@mui/material/CssBaseline";
import { ThemeProvider } from "@mui/material/styles";

import { type Mode, themeOf } from "@/app/theme";

export type Choice = "system" | Mode;

const STORED = "alpha.theme";

interface ColourModeValue {
    /** What the person chose. */
    choice: Choice;
    /** What is shown. */
    mode: Mode;
    choose: (choice: Choice) => void;
}

const Context = createContext<ColourModeValue | null>(null);

function stored(): Choice {
    const found = localStorage.getItem(STORED);
    return found === "light" || found === "dark" ? found : "system";
}

/** Dark or light: what the system says until somebody chooses; the choice is kept in this browser. */
export function ColourMode({ children }: { children: ReactNode }) {
    const [choice, setChoice] = useState<Choice>(stored);
    const darkSystem = useMediaQuery("(prefers-color-scheme: dark)", { noSsr: true });
    const mode: Mode = choice === "system" ? (darkSystem ? "dark" : "light") : choice;
    const choose = useCallback((next: Choice) => {
        localStorage.setItem(STORED, next);
        setChoice(next);
    }, []);
    const value = useMemo(() => ({ choice, mode, choose }), [choice, mode, choose]);
    const theme = useMemo(() => themeOf(mode), [mode]);
    return (
        <Context value={value}>
            <ThemeProvider theme={theme}>
                <CssBaseline enableColorScheme />
                {children}
            </ThemeProvider>
        </Context>
    );
}

export function useColourMode(): ColourModeValue {
    const value = useContext(Context);
    if (!value) throw new Error("useColourMode needs ColourMode around it");
    return value;
}
