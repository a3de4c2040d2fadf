import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import DownloadIcon from "@mui/icons-material/CloudDownloadOutlined";
import UploadIcon from "@mui/icons-material/UploadFileOutlined";

import { AdminOnly } from "@/components/AdminOnly";
import { PageHeader } from "@/components/PageHeader";
import { useUrlState } from "@/hooks/useUrlState";
import { Catalog } from "@/pages/data/Catalog";
import { DownloadDialog } from "@/pages/data/DownloadDialog";
import { Downloads } from "@/pages/data/Downloads";
import { MarketDialog } from "@/pages/data/MarketDialog";
import { UploadDialog } from "@/pages/data/UploadDialog";

const VIEW = { text: "", samples: true, open: null, market: null };

/** The stored prices: what there is, how good it is, and ways to get more. */
export default function Data() {
    const [view, change] = useUrlState(VIEW);
    const close = () => change({ open: null, market: null });
    return (
        <>
            <PageHeader
                title="Data"
                about="The prices that strategies are tried on. They stay on this machine."
                actions={
                    <>
                        <AdminOnly>
                            <Button
                                variant="outlined"
                                startIcon={<UploadIcon />}
                                onClick={() => change({ open: "upload" })}
                            >
                                Upload a file
                            </Button>
                        </AdminOnly>
                        <AdminOnly>
                            <Button
                                variant="contained"
                                startIcon={<DownloadIcon />}
                                onClick={() => change({ open: "download" })}
                            >
                                Download
                            </Button>
                        </AdminOnly>
                    </>
                }
            />
            <Stack spacing={2}>
                <Downloads />
                <Catalog
                    text={view.text}
                    samples={view.samples}
                    onText={(text) => change({ text })}
                    onSamples={(samples) => change({ samples })}
                    onOpen={(market) => change({ market }, { replace: false })}
                />
            </Stack>
            <UploadDialog open={view.open === "upload"} onClose={close} />
            <DownloadDialog open={view.open === "download"} onClose={close} />
            <MarketDialog market={view.market} onClose={close} />
        </>
    );
}
