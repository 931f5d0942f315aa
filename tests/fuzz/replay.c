/* SPDX-License-Identifier: EUPL-1.2 */
/* Runs every file of the named corpus folders through the fuzz entry: what a
 * search once found stays found, without libFuzzer. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX_BYTES = 4 * 1024 * 1024 };

static int replay_file(const char *path)
{
    /* An exact allocation, so that a sanitizer sees one byte too far. */
    FILE *file = fopen(path, "rb");
    uint8_t *whole = malloc(INPUT_MAX_BYTES), *exact;
    size_t length;

    if (!file || !whole)
        return -1;
    length = fread(whole, 1, INPUT_MAX_BYTES, file);
    fclose(file);
    exact = malloc(length ? length : 1);
    if (!exact)
        return -1;
    memcpy(exact, whole, length);
    free(whole);
    LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    int ran = 0;

    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        const struct dirent *entry;
        if (!folder) {
            fprintf(stderr, "no corpus folder %s\n", argv[i]);
            return 1;
        }
        while ((entry = readdir(folder))) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
            if (replay_file(path) != 0)
                return 1;
            ran++;
        }
        closedir(folder);
    }
    printf("%d inputs replayed\n", ran);
    return ran > 0 ? 0 : 1;
}
