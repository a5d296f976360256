import { run, temporaryFolders } from "../entry";

const newFolder = temporaryFolders();

test("a folder for temporary files that isn't there is named, with what to do", async () => {
  const environment = { TF_STATE_S3_BUCKET: "some-bucket", TMPDIR: "/nonexistent" };
  const { status, stderr } = await run(["destroy"], { folder: newFolder(), environment });
  expect(stderr).toBe("No folder can be made in /nonexistent (ENOENT). Set TMPDIR to a folder that can be written.\n");
  expect(status).toBe(1);
});
