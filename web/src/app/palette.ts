// Okabe and Ito (2008), "Color Universal Design": told apart with every kind of colour blindness.
export const OKABE_ITO = {
    blue: "#0072b2",
    orange: "#e69f00",
    green: "#009e73",
    purple: "#cc79a7",
    sky: "#56b4e9",
    vermilion: "#d55e00",
    yellow: "#f0e442",
} as const;

/** Colours of series in a chart, in order, by mode; yellow is last and only on dark ground. */
export const SERIES = {
    light: [
        OKABE_ITO.blue,
        OKABE_ITO.vermilion,
        OKABE_ITO.green,
        OKABE_ITO.purple,
        OKABE_ITO.orange,
        OKABE_ITO.sky,
        "#5b5b5b",
    ],
    dark: [
        OKABE_ITO.sky,
        OKABE_ITO.orange,
        OKABE_ITO.green,
        OKABE_ITO.purple,
        OKABE_ITO.yellow,
        OKABE_ITO.vermilion,
        "#b8b8b8",
    ],
} as const;

/** Gains and losses: blue and vermilion, never green and red alone. */
export const GAIN = { light: OKABE_ITO.blue, dark: OKABE_ITO.sky } as const;
export const LOSS = { light: OKABE_ITO.vermilion, dark: "#ff8f4a" } as const;

/** From a loss over nothing to a gain, for heatmaps; light in the middle on light ground, dark on dark ground. */
export const DIVERGING = {
    light: ["#a63d00", "#d55e00", "#f3c9a8", "#f7f7f7", "#b3d6ea", "#0072b2", "#00476f"],
    dark: ["#ff8f4a", "#d55e00", "#6b3a1c", "#20262b", "#1c4a66", "#2f8fc4", "#8fd0f5"],
} as const;

/** From little to much, for heatmaps (viridis, which grows evenly in lightness). */
export const SEQUENTIAL = ["#440154", "#46327e", "#365c8d", "#277f8e", "#1fa187", "#4ac16d", "#a0da39", "#fde725"];
