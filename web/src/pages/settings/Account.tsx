import Stack from "@mui/material/Stack";

import { Password } from "@/pages/settings/Password";
import { Sessions } from "@/pages/settings/Sessions";

export function Account() {
    return (
        <Stack spacing={2}>
            <Password />
            <Sessions />
        </Stack>
    );
}
