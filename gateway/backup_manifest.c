/* SPDX-License-Identifier: EUPL-1.2 */
#include "gateway/backup_manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "crypto/encoding.h"
#include "crypto/json.h"

enum { PIECE_BYTES = 256 * 1024 };

#define KIND "wijkpoort-reservekopie"

static const char *const names[BACKUP_FILES] = {"store/data.mdb", "keys/data.mdb"};

const char *backup_file_name(size_t index)
{
    return names[index];
}

void backup_manifest_wipe(struct backup_manifest *manifest)
{
    buffer_wipe(&manifest->note);
}

enum outcome backup_manifest_print(struct backup_manifest *manifest, struct buffer *out)
{
    char made[INSTANT_TEXT_BYTES];

    instant_print(manifest->made_ms, made);
    buffer_format(out,
                  "{\"soort\":\"" KIND "\",\"versie\":%d,\"oin\":\"%s\",\"gemaaktOp\":\"%s\","
                  "\"oorsprong\":\"%s\",\"omvang\":%llu,\"wortel\":\"",
                  BACKUP_VERSION, manifest->oin.text, made, manifest->checkpoint.origin,
                  (unsigned long long)manifest->checkpoint.size);
    buffer_add_base64(out, bytes_of(manifest->checkpoint.root.bytes, MERKLE_HASH_BYTES));
    buffer_add_text(out, "\",\"controlepunt\":");
    if (!buffer_text(&manifest->note))
        return OUTCOME_OUT_OF_MEMORY;
    buffer_add_json_text(out, buffer_text(&manifest->note));
    buffer_add_text(out, ",\"bestanden\":[");
    for (size_t i = 0; i < BACKUP_FILES; i++)
        buffer_format(out, "%s{\"naam\":\"%s\",\"bytes\":%llu,\"sha256\":\"%s\"}", i ? "," : "",
                      names[i], (unsigned long long)manifest->files[i].bytes,
                      manifest->files[i].sha256);
    buffer_add_text(out, "]}\n");
    return buffer_outcome(out);
}

static enum outcome read_files(const json_t *object, struct backup_manifest *out)
{
    static const char *const members[] = {"naam", "bytes", "sha256", NULL};
    const json_t *files;

    TRY(json_array_at(object, "bestanden", BACKUP_FILES, &files, NULL));
    if (json_array_size(files) != BACKUP_FILES)
        return OUTCOME_MALFORMED;
    for (size_t i = 0; i < BACKUP_FILES; i++) {
        const json_t *file = json_array_get(files, i);
        const char *name, *digest;
        int64_t bytes;
        TRY(json_only(file, members, NULL));
        TRY(json_text_at(file, "naam", 64, &name, NULL));
        TRY(json_text_at(file, "sha256", SHA256_HEX_BYTES - 1, &digest, NULL));
        TRY(json_integer_at(file, "bytes", 0, INT64_MAX, &bytes, NULL));
        if (strcmp(name, names[i]) != 0)
            return OUTCOME_MALFORMED;
        out->files[i].bytes = (uint64_t)bytes;
        snprintf(out->files[i].sha256, sizeof out->files[i].sha256, "%s", digest);
    }
    return OUTCOME_OK;
}

/* Origin, size and root stand in the note; beside it they are for people. */
static enum outcome read_note(const json_t *object, struct backup_manifest *out)
{
    const char *text;
    struct note note;

    TRY(json_text_at(object, "controlepunt", CHECKPOINT_MAX_BYTES, &text, NULL));
    buffer_add_text(&out->note, text);
    TRY(buffer_outcome(&out->note));
    TRY(note_parse(buffer_bytes(&out->note), &note));
    return checkpoint_parse(note.text, &out->checkpoint);
}

enum outcome backup_manifest_read(struct bytes text, struct backup_manifest *out)
{
    static const char *const members[] = {"soort",     "versie", "oin",    "gemaaktOp",
                                          "oorsprong", "omvang", "wortel", "controlepunt",
                                          "bestanden", NULL};
    OWNED_JSON object = NULL;
    const char *word;
    int64_t version;

    TRY(json_read(text, BACKUP_MANIFEST_MAX_BYTES, &object));
    TRY(json_text_at(object, "soort", 64, &word, NULL));
    TRY(json_integer_at(object, "versie", 1, INT64_MAX, &version, NULL));
    if (strcmp(word, KIND) != 0)
        return OUTCOME_MALFORMED;
    if (version > BACKUP_VERSION)
        return OUTCOME_STORE_NEWER;
    TRY(json_only(object, members, NULL));
    TRY(json_text_at(object, "oin", OIN_LENGTH, &word, NULL));
    if (!oin_parse(word, &out->oin))
        return OUTCOME_MALFORMED;
    TRY(json_text_at(object, "gemaaktOp", INSTANT_TEXT_BYTES - 1, &word, NULL));
    if (!instant_parse(word, &out->made_ms))
        return OUTCOME_MALFORMED;
    TRY(read_files(object, out));
    return read_note(object, out);
}

enum outcome backup_measure(const char *path, void (*on_bytes)(void *context, uint64_t bytes),
                            void *context, struct backup_file *out_file)
{
    OWNED_FILE descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    OWNED_SHA256 digest = {0};
    OWNED_BUFFER piece = {0};
    uint8_t whole[SHA256_BYTES], *room = buffer_room(&piece, PIECE_BYTES);
    uint64_t total = 0;
    ssize_t count;

    if (descriptor < 0)
        return OUTCOME_FILE_WRONG;
    if (!room)
        return OUTCOME_OUT_OF_MEMORY;
    sha256_init(&digest);
    while ((count = read(descriptor, room, PIECE_BYTES)) != 0) {
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return OUTCOME_FILE_WRONG;
        sha256_add(&digest, bytes_of(room, (size_t)count));
        total += (uint64_t)count;
        if (on_bytes)
            on_bytes(context, (uint64_t)count);
    }
    TRY(sha256_finish(&digest, whole));
    hex_encode(bytes_of(whole, sizeof whole), out_file->sha256);
    out_file->bytes = total;
    return OUTCOME_OK;
}
