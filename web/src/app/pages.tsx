import BotsIcon from "@mui/icons-material/SmartToyOutlined";
import DataIcon from "@mui/icons-material/StorageOutlined";
import AlphasIcon from "@mui/icons-material/EmojiEventsOutlined";
import PortfoliosIcon from "@mui/icons-material/PieChartOutlineOutlined";
import OverviewIcon from "@mui/icons-material/DashboardOutlined";
import RunsIcon from "@mui/icons-material/HistoryOutlined";
import SettingsIcon from "@mui/icons-material/SettingsOutlined";
import StartIcon from "@mui/icons-material/TravelExploreOutlined";
import type { ComponentType } from "react";

/** An entry of the navigation. */
export interface Entry {
    to: string;
    name: string;
    Icon: ComponentType;
}

export const ENTRIES: readonly Entry[] = [
    { to: "/", name: "Overview", Icon: OverviewIcon },
    { to: "/discover", name: "New discovery", Icon: StartIcon },
    { to: "/runs", name: "Runs", Icon: RunsIcon },
    { to: "/alphas", name: "Alphas", Icon: AlphasIcon },
    { to: "/bots", name: "Bots", Icon: BotsIcon },
    { to: "/portfolios", name: "Portfolios", Icon: PortfoliosIcon },
    { to: "/data", name: "Data", Icon: DataIcon },
    { to: "/settings", name: "Settings", Icon: SettingsIcon },
];
