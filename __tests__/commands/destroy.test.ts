import { run, temporaryFolders } from "../entry";

const newFolder = temporaryFolders();

test("a missing folder for temporary files is named, with the remedy", async () => {
  const environment = { TF_STATE_S3_BUCKET: "some-bucket", TMPDIR: "/nonexistent" };
  const { status, stderr } = await run(["destroy"], { folder: newFolder(), environment });
  expect(stderr).toBe("No folder can be made in /nonexistent (ENOENT). Set TMPDIR to a folder that can be written.\n");
  expect(status).toBe(1);
});
