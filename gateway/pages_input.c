/* SPDX-License-Identifier: EUPL-1.2 */
/* Forms of pages: each input has its label, its hint and, when it was refused, its sentence. */
#include <stdio.h>
#include <string.h>

#include "gateway/pages.h"

/* Is the form that was sent, and refused, the one that is being written? An id of a row does not
 * count: then its values belong to that row's page alone. */
static bool is_posted(const struct web_view *view, const char *name)
{
    if (!view->posted || !view->form)
        return false;
    for (const struct form_field *field = view->posted->fields; field->name; field++)
        if (strcmp(field->name, name) == 0)
            return true;
    return false;
}

static const char *value_of(const struct web_view *view, const struct web_input *input)
{
    if (is_posted(view, input->name))
        return form_value(view->form, input->name);
    return input->value ? input->value : "";
}

static bool is_chosen(const struct web_view *view, const struct web_input *input, const char *value)
{
    if (is_posted(view, input->name))
        return form_has(view->form, input->name, value);
    return input->value && strcmp(input->value, value) == 0;
}

/* The sentence of the fault that the problem names for this input, or NULL. */
static const char *fault_of(const struct web_view *view, const char *name)
{
    const json_t *faults = json_object_get(view->problem, "fouten");

    for (size_t i = 0; view->posted && i < json_array_size(faults); i++) {
        const json_t *fault = json_array_get(faults, i);
        const char *where = web_text_at(fault, "waar");
        const char *field = form_field_of(view->posted->fields, where);
        if (strcmp(where, name) == 0 || (field && strcmp(field, name) == 0))
            return web_fault(view, name, web_text_at(fault, "tekst"));
    }
    return NULL;
}

static void attribute(struct web_view *view, const char *name, const char *value)
{
    buffer_format(view->out, " %s=\"", name);
    html_text(view->out, value);
    buffer_add_text(view->out, "\"");
}

/* --- around an input --- */

static void described_by(struct web_view *view, const struct web_input *input, const char *fault)
{
    if (!input->hint && !fault)
        return;
    buffer_add_text(view->out, " aria-describedby=\"");
    if (input->hint)
        buffer_format(view->out, "hint-%s%s", input->name, fault ? " " : "");
    if (fault)
        buffer_format(view->out, "fout-%s", input->name);
    buffer_add_text(view->out, "\"");
    if (fault)
        buffer_add_text(view->out, " aria-invalid=\"true\"");
}

static void add_label_text(struct web_view *view, const struct web_input *input)
{
    html_text(view->out, input->label);
    if (!input->required && !input->depends) {
        buffer_add_text(view->out, " <span class=\"wp-optional\">");
        html_text(view->out, web_say(view, "(niet verplicht)", "(optional)"));
        buffer_add_text(view->out, "</span>");
    }
}

static void add_below_label(struct web_view *view, const struct web_input *input, const char *fault)
{
    if (input->hint) {
        buffer_format(view->out, "<div class=\"utrecht-form-field-description\" id=\"hint-%s\">",
                      input->name);
        html_text(view->out, input->hint);
        buffer_add_text(view->out, "</div>\n");
    }
    if (fault) {
        buffer_format(view->out,
                      "<div class=\"utrecht-form-field-error-message\" id=\"fout-%s\">"
                      "<span class=\"wp-sign\" aria-hidden=\"true\">\xe2\x9a\xa0\xef\xb8\x8e"
                      "</span> ",
                      input->name);
        html_text(view->out, fault);
        buffer_add_text(view->out, "</div>\n");
    }
}

static void field_begin(struct web_view *view, const char *fault)
{
    buffer_format(view->out, "<div class=\"utrecht-form-field%s\">\n",
                  fault ? " utrecht-form-field--invalid" : "");
}

static const char *labelled_begin(struct web_view *view, const struct web_input *input)
{
    const char *fault = fault_of(view, input->name);

    field_begin(view, fault);
    buffer_format(view->out, "<label class=\"utrecht-form-label\" for=\"veld-%s\">", input->name);
    add_label_text(view, input);
    buffer_add_text(view->out, "</label>\n");
    add_below_label(view, input, fault);
    return fault;
}

/* --- inputs --- */

void form_begin_for(struct web_view *view, const char *path, const char *parameter)
{
    OWNED_BUFFER to = {0};

    web_path(&to, path, parameter);
    buffer_add_text(view->out, "<form class=\"utrecht-form wp-form\" method=\"post\"");
    if (!buffer_text(&to))
        view->out->failed = true; /* rather no page than a form that goes elsewhere */
    attribute(view, "action", buffer_text(&to) ? buffer_text(&to) : "");
    buffer_add_text(view->out, ">\n");
    form_hidden(view, FORM_TOKEN_FIELD, view->token);
}

void form_begin(struct web_view *view, const char *path)
{
    form_begin_for(view, path, view->parameter);
}

void form_hidden(struct web_view *view, const char *name, const char *value)
{
    buffer_add_text(view->out, "<input type=\"hidden\"");
    attribute(view, "name", name);
    attribute(view, "value", value);
    buffer_add_text(view->out, ">\n");
}

void form_input(struct web_view *view, const struct web_input *input)
{
    const char *fault = labelled_begin(view, input);
    const unsigned width = input->width ? input->width : 30;

    buffer_format(view->out,
                  "<input class=\"utrecht-textbox utrecht-textbox--html-input wp-width-%u%s\" "
                  "id=\"veld-%s\"",
                  width <= 4    ? 4U
                  : width <= 8  ? 8U
                  : width <= 16 ? 16U
                                : 30U,
                  fault ? " utrecht-textbox--invalid" : "", input->name);
    attribute(view, "name", input->name);
    attribute(view, "type", input->type ? input->type : "text");
    attribute(view, "value", value_of(view, input));
    attribute(view, "autocomplete", input->autocomplete ? input->autocomplete : "off");
    if (input->most)
        buffer_format(view->out, " maxlength=\"%u\"", input->most);
    if (input->required)
        buffer_add_text(view->out, " required");
    described_by(view, input, fault);
    buffer_add_text(view->out, ">\n</div>\n");
}

static void add_option(struct web_view *view, const char *value, const char *label, bool chosen)
{
    buffer_add_text(view->out, "<option");
    attribute(view, "value", value);
    buffer_add_text(view->out, chosen ? " selected>" : ">");
    html_text(view->out, label);
    buffer_add_text(view->out, "</option>\n");
}

/* Under the name of a group from there to the next. */
static void add_options(struct web_view *view, const struct web_input *input,
                        const struct web_option *options, size_t count)
{
    bool grouped = false;

    for (size_t i = 0; i < count; i++) {
        if (options[i].value) {
            add_option(view, options[i].value, options[i].label,
                       is_chosen(view, input, options[i].value));
            continue;
        }
        buffer_add_text(view->out, grouped ? "</optgroup>\n<optgroup" : "<optgroup");
        attribute(view, "label", options[i].label);
        buffer_add_text(view->out, ">\n");
        grouped = true;
    }
    if (grouped)
        buffer_add_text(view->out, "</optgroup>\n");
}

void form_select(struct web_view *view, const struct web_input *input, const char *empty,
                 const struct web_option *options, size_t count)
{
    const char *fault = labelled_begin(view, input);

    buffer_format(view->out,
                  "<select class=\"utrecht-select utrecht-select--html-select%s\" id=\"veld-%s\"",
                  fault ? " utrecht-select--invalid" : "", input->name);
    attribute(view, "name", input->name);
    if (input->required)
        buffer_add_text(view->out, " required");
    described_by(view, input, fault);
    buffer_add_text(view->out, ">\n");
    if (empty)
        add_option(view, "", empty, false);
    add_options(view, input, options, count);
    buffer_add_text(view->out, "</select>\n</div>\n");
}

static void add_choice(struct web_view *view, const struct web_input *input, const char *type,
                       size_t index, const struct web_option *option)
{
    const bool radio = strcmp(type, "radio") == 0;

    buffer_format(view->out,
                  "<div class=\"wp-choice\"><input type=\"%s\" class=\"utrecht-%s "
                  "utrecht-%s--html-input\" id=\"veld-%s-%zu\"",
                  type, radio ? "radio-button" : "checkbox", radio ? "radio-button" : "checkbox",
                  input->name, index);
    attribute(view, "name", input->name);
    attribute(view, "value", option->value);
    if (is_chosen(view, input, option->value))
        buffer_add_text(view->out, " checked");
    if (radio && input->required)
        buffer_add_text(view->out, " required");
    buffer_format(view->out,
                  "><label class=\"utrecht-form-label utrecht-form-label--%s\" "
                  "for=\"veld-%s-%zu\">",
                  type, input->name, index);
    html_text(view->out, option->label);
    buffer_add_text(view->out, "</label></div>\n");
}

static void choices(struct web_view *view, const struct web_input *input, const char *type,
                    const struct web_option *options, size_t count)
{
    const char *fault = fault_of(view, input->name);

    field_begin(view, fault);
    buffer_format(view->out,
                  "<fieldset class=\"utrecht-form-fieldset__fieldset wp-fieldset\" "
                  "id=\"veld-%s\" tabindex=\"-1\"",
                  input->name);
    described_by(view, &(struct web_input){.name = input->name, .hint = input->hint}, fault);
    buffer_add_text(view->out, "><legend class=\"utrecht-form-fieldset__legend wp-legend\">");
    add_label_text(view, input);
    buffer_add_text(view->out, "</legend>\n");
    add_below_label(view, input, fault);
    for (size_t i = 0; i < count; i++)
        add_choice(view, input, type, i, &options[i]);
    buffer_add_text(view->out, "</fieldset>\n</div>\n");
}

void form_radios(struct web_view *view, const struct web_input *input,
                 const struct web_option *options, size_t count)
{
    choices(view, input, "radio", options, count);
}

void form_boxes(struct web_view *view, const struct web_input *input,
                const struct web_option *options, size_t count)
{
    choices(view, input, "checkbox", options, count);
}

void form_box(struct web_view *view, const struct web_input *input)
{
    const char *fault = fault_of(view, input->name);

    field_begin(view, fault);
    add_below_label(view, input, fault);
    buffer_format(view->out,
                  "<div class=\"wp-choice\"><input type=\"checkbox\" class=\"utrecht-checkbox "
                  "utrecht-checkbox--html-input\" id=\"veld-%s\" value=\"ja\"",
                  input->name);
    attribute(view, "name", input->name);
    if (is_chosen(view, input, "ja"))
        buffer_add_text(view->out, " checked");
    if (input->required)
        buffer_add_text(view->out, " required");
    described_by(view, input, fault);
    buffer_format(view->out,
                  "><label class=\"utrecht-form-label utrecht-form-label--checkbox\" "
                  "for=\"veld-%s\">",
                  input->name);
    html_text(view->out, input->label);
    buffer_add_text(view->out, "</label></div>\n</div>\n");
}

void form_group(struct web_view *view, const char *legend)
{
    buffer_add_text(view->out,
                    "<fieldset class=\"utrecht-form-fieldset__fieldset wp-fieldset wp-group\">"
                    "<legend class=\"utrecht-form-fieldset__legend wp-legend\">");
    html_text(view->out, legend);
    buffer_add_text(view->out, "</legend>\n");
}

void form_group_end(struct web_view *view)
{
    buffer_add_text(view->out, "</fieldset>\n");
}

static void end_with_button(struct web_view *view, const char *kind, const char *button)
{
    buffer_format(view->out,
                  "<p class=\"utrecht-button-group\"><button type=\"submit\" "
                  "class=\"utrecht-button utrecht-button--%s\">",
                  kind);
    html_text(view->out, button);
    buffer_add_text(view->out, "</button></p>\n</form>\n");
}

void form_end(struct web_view *view, const char *button)
{
    end_with_button(view, "primary-action", button);
}

void form_end_quiet(struct web_view *view, const char *button)
{
    end_with_button(view, "secondary-action", button);
}
