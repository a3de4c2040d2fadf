import Button from "@mui/material/Button";
import Typography from "@mui/material/Typography";
import { Link } from "react-router";

import { Door } from "@/pages/login/Door";

/** Shown while nobody can sign in yet. */
export function SetupHint() {
    return (
        <Door title="Nobody can sign in yet">
            <Typography>
                When it started, the server printed a link that makes the first admin, good once. Open that link, or
                enter its token here.
            </Typography>
            <Typography color="textSecondary">
                At a terminal of the machine this does the same: <code>alpha users add NAME --role admin</code>
            </Typography>
            <Button component={Link} to="/setup" variant="contained">
                Enter the token
            </Button>
        </Door>
    );
}
