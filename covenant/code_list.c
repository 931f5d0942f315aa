/* SPDX-License-Identifier: EUPL-1.2 */
#include "covenant/code_list.h"

#include <string.h>

enum { COLUMNS_MAX = 8, CELL_MAX_BYTES = VERA_KEYS_MAX * (VERA_KEY_MAX_BYTES + 1) };

/* One row at a time; cells are copied out, since the text has no NULs. */
struct reader {
    const char *list; /* "signalen": for the fault */
    const char *const *columns;
    size_t columns_count;
    struct bytes rest;
    size_t row;
    char cells[COLUMNS_MAX][CELL_MAX_BYTES + 1];
    struct fault *fault;
};

static const char *const signal_columns[] = {
    "code", "naam", "groep", "gevoeligheid", "toegestane_wijze", "vera", "toelichting"};
static const char *const feedback_columns[] = {"code",
                                               "naam",
                                               "eind",
                                               "niveau",
                                               "verplicht",
                                               "vera_zaakstatus",
                                               "fhir_task_status",
                                               "ddas_eindresultaat"};

static enum outcome wrong_cell(const struct reader *reader, size_t column)
{
    fault_at(reader->fault, "%s rij %zu kolom %s", reader->list, reader->row,
             column < reader->columns_count ? reader->columns[column] : "te veel");
    return OUTCOME_MALFORMED;
}

static const uint8_t *find_byte(struct bytes text, uint8_t byte)
{
    return text.length > 0 ? memchr(text.data, byte, text.length) : NULL;
}

static struct bytes cut(struct bytes *rest, uint8_t at)
{
    const uint8_t *end = find_byte(*rest, at);
    struct bytes piece = bytes_of(rest->data, end ? (size_t)(end - rest->data) : rest->length);

    *rest = end ? bytes_of(end + 1, rest->length - piece.length - 1) : bytes_of("", 0);
    return piece;
}

static bool is_plain(struct bytes cell)
{
    for (size_t i = 0; i < cell.length; i++) {
        if (cell.data[i] < 0x20 || cell.data[i] == '"')
            return false;
    }
    return cell.length <= CELL_MAX_BYTES;
}

/* Fills reader->cells with the next row. */
static enum outcome next_row(struct reader *reader)
{
    struct bytes line = cut(&reader->rest, '\n');
    size_t column = 0;

    reader->row++;
    if (line.length > 0 && line.data[line.length - 1] == '\r')
        line.length--;
    for (bool more = true; more; column++) {
        more = find_byte(line, ';') != NULL;
        struct bytes cell = cut(&line, ';');
        if (column >= reader->columns_count || !is_plain(cell))
            return wrong_cell(reader, column);
        if (cell.length > 0)
            memcpy(reader->cells[column], cell.data, cell.length);
        reader->cells[column][cell.length] = '\0';
    }
    return column == reader->columns_count ? OUTCOME_OK : wrong_cell(reader, column);
}

static enum outcome read_header(struct reader *reader)
{
    TRY(next_row(reader));
    for (size_t i = 0; i < reader->columns_count; i++) {
        if (strcmp(reader->cells[i], reader->columns[i]) != 0)
            return wrong_cell(reader, i);
    }
    return OUTCOME_OK;
}

/* "-" stands for nothing in these lists. */
static bool is_none(const char *cell)
{
    return strcmp(cell, "-") == 0;
}

static bool copy_cell(const char *cell, char *out, size_t max_bytes)
{
    size_t length = strlen(cell);

    if (length > max_bytes)
        return false;
    memcpy(out, cell, length + 1);
    return true;
}

static bool is_code(const char *text, const char *also)
{
    if (!*text)
        return false;
    for (; *text; text++) {
        if (!(*text >= 'A' && *text <= 'Z') && !strchr(also, *text))
            return false;
    }
    return true;
}

static bool read_group(const char *cell, struct code_lists *lists, unsigned *out_group)
{
    if (signal_group_find(lists, cell, out_group))
        return true;
    if (lists->groups_count == SIGNAL_GROUPS_MAX || !is_code(cell, "_") ||
        !copy_cell(cell, lists->groups[lists->groups_count], SIGNAL_GROUP_MAX_BYTES))
        return false;
    *out_group = (unsigned)lists->groups_count++;
    return true;
}

static bool read_sensitivity(const char *cell, struct signal_code *code)
{
    static const char *const words[] = {
        [SENSITIVITY_ORDINARY] = "GEWOON",
        [SENSITIVITY_HEALTH] = "GEZONDHEID",
        [SENSITIVITY_CRIMINAL] = "STRAFRECHTELIJK",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t length = strlen(words[i]);
        if (strncmp(cell, words[i], length) == 0 &&
            (!cell[length] || strcmp(cell + length, "?") == 0)) {
            code->sensitivity = (enum sensitivity)i;
            code->sensitivity_doubtful = cell[length] == '?';
            return true;
        }
    }
    return false;
}

/* "AGGREGAAT,TOESTEMMING", or GEEN for a code that is blocked. */
static bool read_lanes(const char *cell, struct signal_code *code)
{
    struct bytes rest = bytes_of_text(cell);

    code->blocked = strcmp(cell, "GEEN") == 0;
    while (!code->blocked && rest.length > 0) {
        struct bytes piece = cut(&rest, ',');
        char word[CELL_MAX_BYTES + 1] = "";
        enum lane lane;
        memcpy(word, piece.data, piece.length);
        if (!lane_parse(word, &lane) || has_bit(code->lanes, lane))
            return false;
        code->lanes |= bit_of(lane);
    }
    return code->blocked || code->lanes != 0;
}

static bool read_vera(const char *cell, struct signal_code *code)
{
    struct bytes rest = bytes_of_text(cell);

    if (is_none(cell))
        return true;
    while (rest.length > 0) {
        struct bytes piece = cut(&rest, '|');
        char *key = code->vera[code->vera_count];
        if (code->vera_count == VERA_KEYS_MAX || piece.length > VERA_KEY_MAX_BYTES)
            return false;
        memcpy(key, piece.data, piece.length);
        if (!is_code(key, ".") || !strchr(key, '.'))
            return false;
        code->vera_count++;
    }
    return code->vera_count > 0;
}

static enum outcome read_signal(struct reader *reader, struct code_lists *lists)
{
    struct signal_code code = {0};
    char(*cells)[CELL_MAX_BYTES + 1] = reader->cells;

    if (lists->signals_count == SIGNAL_CODES_MAX)
        return OUTCOME_TOO_LARGE;
    if (!is_code(cells[0], ".") || !copy_cell(cells[0], code.code, SIGNAL_CODE_MAX_BYTES) ||
        signal_code_find(lists, cells[0]))
        return wrong_cell(reader, 0);
    if (!cells[1][0] || !copy_cell(cells[1], code.name, CODE_NAME_MAX_BYTES))
        return wrong_cell(reader, 1);
    if (!read_group(cells[2], lists, &code.group))
        return wrong_cell(reader, 2);
    if (!read_sensitivity(cells[3], &code))
        return wrong_cell(reader, 3);
    if (!read_lanes(cells[4], &code))
        return wrong_cell(reader, 4);
    if (!read_vera(cells[5], &code))
        return wrong_cell(reader, 5);
    if (!copy_cell(cells[6], code.note, CODE_NAME_MAX_BYTES))
        return wrong_cell(reader, 6);
    lists->signals[lists->signals_count++] = code;
    return OUTCOME_OK;
}

static bool read_extra(const char *cell, enum feedback_extra *out)
{
    static const char *const words[] = {
        [EXTRA_NONE] = "-",
        [EXTRA_NEW_HOLDER] = "nieuweRegiehouder",
        [EXTRA_REFERS_TO] = "verwijstNaar",
        [EXTRA_NEXT_STEP] = "vervolgstap",
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(cell, words[i]) == 0) {
            *out = (enum feedback_extra)i;
            return true;
        }
    }
    return false;
}

static bool read_mapping(const char *cell, char *out, size_t max_bytes)
{
    return cell[0] && (is_none(cell) || copy_cell(cell, out, max_bytes));
}

static enum outcome read_feedback(struct reader *reader, struct code_lists *lists)
{
    struct feedback_code code = {0};
    char(*cells)[CELL_MAX_BYTES + 1] = reader->cells;

    if (lists->feedback_count == FEEDBACK_CODES_MAX)
        return OUTCOME_TOO_LARGE;
    if (!is_code(cells[0], "") || !copy_cell(cells[0], code.code, FEEDBACK_CODE_MAX_BYTES) ||
        feedback_code_find(lists, cells[0]))
        return wrong_cell(reader, 0);
    if (!cells[1][0] || !copy_cell(cells[1], code.name, CODE_NAME_MAX_BYTES))
        return wrong_cell(reader, 1);
    code.final = strcmp(cells[2], "ja") == 0;
    if (!code.final && strcmp(cells[2], "nee") != 0)
        return wrong_cell(reader, 2);
    if (cells[3][0] < '0' || cells[3][0] > '2' || cells[3][1])
        return wrong_cell(reader, 3);
    code.level = cells[3][0] - '0';
    if (!read_extra(cells[4], &code.extra))
        return wrong_cell(reader, 4);
    if (!read_mapping(cells[5], code.vera, VERA_KEY_MAX_BYTES))
        return wrong_cell(reader, 5);
    if (!read_mapping(cells[6], code.fhir, VERA_KEY_MAX_BYTES))
        return wrong_cell(reader, 6);
    if (!read_mapping(cells[7], code.ddas, CODE_NAME_MAX_BYTES))
        return wrong_cell(reader, 7);
    lists->feedback[lists->feedback_count++] = code;
    return OUTCOME_OK;
}

static enum outcome read_list(struct reader *reader, struct code_lists *lists,
                              enum outcome (*read_row)(struct reader *, struct code_lists *))
{
    if (reader->rest.length > CODE_LIST_MAX_BYTES)
        return OUTCOME_TOO_LARGE;
    TRY(read_header(reader));
    while (reader->rest.length > 0) {
        TRY(next_row(reader));
        TRY(read_row(reader, lists));
    }
    return OUTCOME_OK;
}

enum outcome code_lists_parse(struct bytes signals_csv, struct bytes feedback_csv,
                              struct code_lists *out_lists, struct fault *fault)
{
    struct code_lists lists = {0};
    struct reader signals = {.list = "signalen",
                             .columns = signal_columns,
                             .columns_count = sizeof signal_columns / sizeof *signal_columns,
                             .rest = signals_csv,
                             .fault = fault};
    struct reader feedback = {.list = "terugkoppeling",
                              .columns = feedback_columns,
                              .columns_count = sizeof feedback_columns / sizeof *feedback_columns,
                              .rest = feedback_csv,
                              .fault = fault};

    TRY(read_list(&signals, &lists, read_signal));
    TRY(read_list(&feedback, &lists, read_feedback));
    *out_lists = lists;
    return OUTCOME_OK;
}

const struct signal_code *signal_code_find(const struct code_lists *lists, const char *code)
{
    for (size_t i = 0; code && i < lists->signals_count; i++) {
        if (strcmp(lists->signals[i].code, code) == 0)
            return &lists->signals[i];
    }
    return NULL;
}

const struct feedback_code *feedback_code_find(const struct code_lists *lists, const char *code)
{
    for (size_t i = 0; code && i < lists->feedback_count; i++) {
        if (strcmp(lists->feedback[i].code, code) == 0)
            return &lists->feedback[i];
    }
    return NULL;
}

bool signal_code_is_joining_in(const struct signal_code *code)
{
    static const char group[] = "MEED.";

    return code && strncmp(code->code, group, sizeof group - 1) == 0;
}

size_t signal_code_index(const struct code_lists *lists, const struct signal_code *code)
{
    return (size_t)(code - lists->signals);
}

static bool has_vera_key(const struct signal_code *code, const char *key)
{
    for (size_t i = 0; i < code->vera_count; i++) {
        if (strcmp(code->vera[i], key) == 0)
            return true;
    }
    return false;
}

size_t signal_codes_of_vera(const struct code_lists *lists, const char *key,
                            const struct signal_code **out_codes, size_t max)
{
    size_t count = 0;

    for (size_t i = 0; key && i < lists->signals_count; i++) {
        if (!has_vera_key(&lists->signals[i], key))
            continue;
        if (count < max)
            out_codes[count] = &lists->signals[i];
        count++;
    }
    return count;
}

bool signal_group_find(const struct code_lists *lists, const char *group, unsigned *out_group)
{
    for (unsigned i = 0; group && i < lists->groups_count; i++) {
        if (strcmp(lists->groups[i], group) == 0) {
            *out_group = i;
            return true;
        }
    }
    return false;
}

const char *signal_group_word(const struct code_lists *lists, unsigned group)
{
    return group < lists->groups_count ? lists->groups[group] : "";
}
