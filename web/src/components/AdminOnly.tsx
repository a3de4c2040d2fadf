import Tooltip from "@mui/material/Tooltip";
import { cloneElement, type ReactElement } from "react";

import { useMe } from "@/api/me";

/** A control that only admins may use: others see it disabled, with the reason. */
export function AdminOnly({ children }: { children: ReactElement<{ disabled?: boolean }> }) {
    const { isAdmin } = useMe();
    if (isAdmin) return children;
    return (
        <Tooltip title="Your role is viewer; an admin can do this.">
            <span>{cloneElement(children, { disabled: true })}</span>
        </Tooltip>
    );
}
