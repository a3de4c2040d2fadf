import { createTheme, type Theme } from "@mui/material/styles";

import { whole } from "@/format/number";

export type Mode = "light" | "dark";

const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';

const PALETTES = {
    light: {
        primary: { main: "#00609a" },
        secondary: { main: "#8a5a00" },
        success: { main: "#00704f" },
        warning: { main: "#8a5a00" },
        error: { main: "#b3400a" },
        info: { main: "#00609a" },
        background: { default: "#f5f7f9", paper: "#ffffff" },
        text: { primary: "#16202a", secondary: "#4b5966" },
        divider: "#d7dee4",
    },
    dark: {
        primary: { main: "#6cc0f0" },
        secondary: { main: "#f0b442" },
        success: { main: "#4fc9a0" },
        warning: { main: "#f0b442" },
        error: { main: "#ff9866" },
        info: { main: "#6cc0f0" },
        background: { default: "#0f151a", paper: "#172028" },
        text: { primary: "#e8eef2", secondary: "#a9b6c1" },
        divider: "#2c3944",
    },
} as const;

/** The look of the page; contrasts of text are at least 4.5 to 1 in both modes. */
export function themeOf(mode: Mode): Theme {
    return createTheme({
        palette: { mode, ...PALETTES[mode] },
        shape: { borderRadius: 8 },
        typography: {
            fontFamily: FONT,
            fontSize: 13.5,
            h1: { fontSize: "1.5rem", fontWeight: 650 },
            h2: { fontSize: "1.1rem", fontWeight: 650 },
            h3: { fontSize: "0.95rem", fontWeight: 650 },
            button: { textTransform: "none", fontWeight: 600 },
            overline: { textTransform: "none", letterSpacing: 0, fontSize: "0.78rem", lineHeight: 1.6 },
        },
        components: {
            MuiCssBaseline: {
                styleOverrides: {
                    body: { fontVariantNumeric: "tabular-nums" },
                    "@media (prefers-reduced-motion: reduce)": {
                        "*": { animationDuration: "0.01ms !important", transitionDuration: "0.01ms !important" },
                    },
                },
            },
            MuiPaper: { defaultProps: { elevation: 0 }, styleOverrides: { root: { backgroundImage: "none" } } },
            MuiCard: { defaultProps: { variant: "outlined" } },
            MuiButton: { defaultProps: { disableElevation: true } },
            MuiTableCell: {
                styleOverrides: {
                    head: { fontWeight: 600, whiteSpace: "nowrap" },
                    sizeSmall: { padding: "6px 10px", "@media (max-width: 599.95px)": { padding: "6px 5px" } },
                },
            },
            MuiDialog: {
                styleOverrides: {
                    paper: {
                        "@media (max-width: 599.95px)": {
                            margin: 12,
                            width: "calc(100% - 24px)",
                            maxWidth: "calc(100% - 24px)",
                            maxHeight: "calc(100% - 24px)",
                        },
                    },
                },
            },
            MuiTablePagination: {
                defaultProps: {
                    labelRowsPerPage: "rows",
                    labelDisplayedRows: ({ from, to, count }) => `${whole(from)}–${whole(to)} of ${whole(count)}`,
                },
                styleOverrides: {
                    root: { overflow: "visible" },
                    toolbar: {
                        "@media (max-width: 599.95px)": { flexWrap: "wrap", justifyContent: "flex-end", padding: 0 },
                    },
                },
            },
            MuiTooltip: {
                defaultProps: { arrow: true, enterTouchDelay: 100, leaveTouchDelay: 6000 },
                styleOverrides: { tooltip: { fontSize: "0.8rem", maxWidth: 360 } },
            },
            MuiTextField: { defaultProps: { size: "small" } },
            MuiLink: { defaultProps: { underline: "hover" } },
        },
    });
}
