// SPDX-License-Identifier: ISC
// What the three clients are used for: an image, its bytes, what they say, and a refusal. Prints a line of JSON for each.
import type { paths } from "./types";
import { OpenAPI, ImagesService, TablesService, ApiError } from "./codegen";
import { client } from "./hey/client.gen";
import { getImage, postDecode, postImage } from "./hey";

type Post = paths["/v1/images"]["post"];
const request = { cpus: 4, profile: "qemu", placement: { window: "bios" } } as const;

async function withTypes(url: string) {
    const topology: Post["requestBody"]["content"]["application/json"] = request;
    const reply = await fetch(url + "/v1/images", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(topology),
    });
    const image: Post["responses"][200]["content"]["application/json"] = await reply.json();
    return [image.cpus, image.base, image.signature.key_id.length];
}

async function withHey(url: string) {
    client.setConfig({ baseUrl: url });
    const image = await postImage({ body: request });
    const bytes = await getImage({ query: { cpus: 4, profile: "qemu", placement: "bios", format: "bin" }, parseAs: "blob" });
    const base = image.data?.base;
    const reading = await postDecode({
        body: bytes.data as unknown as Blob,
        query: { base },
        bodySerializer: (blob: unknown) => blob, // without one this generator's client sends no body
    });
    const refusal = await getImage({ query: { cpus: 4, irqs: 99 } });
    return [image.data?.size === (bytes.data as unknown as Blob).size, reading.data?.exact, refusal.error?.status,
        refusal.error?.errors?.length];
}

async function withCodegen(url: string) {
    OpenAPI.BASE = url;
    const image = await ImagesService.postImage(request);
    const bytes = new Blob([Buffer.from(image.image, "base64")]);
    const reading = await TablesService.postDecode(bytes, image.base);
    const refused = await ImagesService.getImage(4, "volt", 99).catch((error: ApiError) => error.status);
    return [bytes.size === image.size, reading.exact, refused];
}

async function main() {
    const url = process.argv[2] ?? "";
    console.log("types", JSON.stringify(await withTypes(url)));
    console.log("hey", JSON.stringify(await withHey(url)));
    console.log("codegen", JSON.stringify(await withCodegen(url)));
}

main().catch((error) => {
    console.error(error);
    process.exitCode = 1;
});
