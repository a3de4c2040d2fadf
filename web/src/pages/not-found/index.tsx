import Button from "@mui/material/Button";
import { Link } from "react-router";

import { EmptyState } from "@/components/EmptyState";
import { PageHeader } from "@/components/PageHeader";

export default function NotFound() {
    return (
        <>
            <PageHeader title="There is no such page" />
            <EmptyState
                title="The address may be mistyped, or what it showed was deleted"
                action={
                    <Button component={Link} to="/" variant="contained">
                        Go to the overview
                    </Button>
                }
            />
        </>
    );
}
