/* sample.c FILE.html FILE.svg - writes a document with every kind of block and span, long
 * and hostile texts among them, for the browser to look at. */
#include <casebook/document.h>
#include <casebook/render.h>

#include <stdio.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cbk_arena *arena;
static cbk_document *document;

static cbk_text_run run_of(const char *text)
{
    cbk_text_run run = {0};
    cbk_run_text(&run, arena, text);
    return run;
}

static void span(cbk_text_run *run, cbk_span_kind kind, const char *text)
{
    cbk_run_span(run, arena, (cbk_span){.kind = kind, .text = text});
}

static void mark(cbk_text_run *run, cbk_tone tone, const char *text)
{
    cbk_run_span(run, arena,
                 (cbk_span){.kind = CBK_SPAN_MARK, .text = text, .tone = tone});
}

static void link_to(cbk_text_run *run, const char *text, const char *target)
{
    cbk_run_span(run, arena,
                 (cbk_span){.kind = CBK_SPAN_LINK, .text = text, .target = target});
}

static void number(cbk_text_run *run, const char *text, const char *expression,
                   const char *among)
{
    const cbk_provenance *from = cbk_document_provenance(
        document,
        (cbk_provenance){
            .expression = expression,
            .from = "patient",
            .among = among,
            .value = text,
            .conventions = "interval log, level 0.95, quartiles by type 7",
            .records = "patients 1, 2, 3, 4, 5, 6 (6 records)",
            .sources = "age_years: patient.csv, lines 2 to 7",
            .notes = among != NULL ? "2 rows with missing values were left out." : NULL});
    cbk_run_number(run, arena, text, from);
}

static void running_text(void)
{
    cbk_document_heading(document, 2, "cohort", "The cohort");
    cbk_text_run run = run_of("Between 1 January 1991 and 31 December 2005 ");
    number(&run, "6", "count()", NULL);
    cbk_run_text(&run, arena,
                 " patients had an operation for a leiomyosarcoma of the "
                 "inferior vena cava. Their median age was ");
    number(&run, "45.5", "median(age_years)", NULL);
    cbk_run_text(&run, arena, " years (quartiles ");
    number(&run, "36.5", "quantile(age_years, 0.25)", NULL);
    cbk_run_text(&run, arena, " to ");
    number(&run, "51.8", "quantile(age_years, 0.75)", NULL);
    cbk_run_text(&run, arena, "). The expression ");
    span(&run, CBK_SPAN_CODE, "median(age_years)");
    cbk_run_text(&run, arena, " is ");
    span(&run, CBK_SPAN_STRONG, "asked once");
    cbk_run_text(&run, arena, " and ");
    span(&run, CBK_SPAN_EMPHASIS, "printed everywhere");
    cbk_run_text(&run, arena, "; see ");
    link_to(&run, "Table 1", "#table-1");
    cbk_run_text(&run, arena, ", ");
    link_to(&run, "doi:10.1080/01621459.1958.10501452",
            "https://doi.org/10.1080/01621459.1958.10501452");
    cbk_run_text(&run, arena, " and ");
    link_to(&run, "a target that is text only", "javascript:alert(1)");
    cbk_run_text(&run, arena, ".");
    cbk_document_paragraph(document, run);
    cbk_document_paragraph(
        document, run_of("Overall survival was estimated by the product-limit method. At "
                         "36 months it was 0.800 (95% CI 0.516 to 1), and it stayed "
                         "there at 60 months; the median was not reached. Follow-up by "
                         "the reverse method had a median of 97 months."));
    cbk_document_heading(document, 3, NULL, "Texts that try to break the page");
    cbk_document_item(document,
                      run_of("</script><script>alert(1)</script> & \"quotes\" 'single'"));
    cbk_document_item(document, run_of("שלום עולם and العربية beside English (12%)"));
    cbk_document_item(
        document, run_of("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunter"
                         "beamtengesellschaftsvorsitzende_without_a_space"));
    cbk_text_run marks = {0};
    mark(&marks, CBK_TONE_GOOD, "reproduces");
    cbk_run_text(&marks, arena, " · ");
    mark(&marks, CBK_TONE_WARN, "under another convention");
    cbk_run_text(&marks, arena, " · ");
    mark(&marks, CBK_TONE_BAD, "contradicts itself");
    cbk_run_text(&marks, arena, " · ");
    mark(&marks, CBK_TONE_PLAIN, "not computed");
    cbk_document_item(document, marks);
}

static void summary_table(void)
{
    static const char *const rows[][4] = {
        {"Age, years: median (quartiles)", "45.5 (36.5 to 51.8)", "44.5", "6"},
        {"Sex, n (%)", "", "", ""},
        {"female", "5 (83%)", "", "5"},
        {"male", "1 (17%)", "", "1"},
        {"Size, cm: mean (SD)", "9.53 (3.1)", "9.5", "6"},
        {"Necrosis: missing", "2 (33%)", "", "2"},
    };
    static const char *const header[] = {"", "All patients", "Mean", "n"};
    cbk_table_builder *table = cbk_table_builder_create(arena, 4, N(rows));
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < 4; i++) {
        table->align[i] = i == 0 ? CBK_ALIGN_LEFT : CBK_ALIGN_RIGHT;
        if (header[i][0] != '\0') {
            cbk_run_text(&table->header[i].run, arena, header[i]);
        }
        for (size_t row = 0; row < N(rows); row++) {
            cbk_cell *cell = cbk_table_builder_cell(table, row, i);
            cell->is_row_header = i == 0;
            cell->indent = i == 0 && (row == 2 || row == 3);
            if (i == 0 || rows[row][i][0] == '\0') {
                cbk_run_text(&cell->run, arena, rows[row][i]);
            } else {
                number(&cell->run, rows[row][i], rows[row][0], header[i]);
            }
        }
    }
    table->block.id = "table-1";
    table->block.number = "1";
    table->block.title = "Patients, in numbers";
    table->block.abbreviations = "n, number of patients; SD, standard deviation.";
    cbk_table_builder_note(table,
                           run_of("Percentages are of the patients with a known value."));
    cbk_document_table(document, &table->block);
}

static void wide_table(void)
{
    static const char *const header[] = {
        "Patient",     "Age",        "Segment", "Presentation", "Concomitant procedure",
        "Margin",      "Size, cm",   "Mitoses", "Adjuvant",     "Recurrence",
        "DFS, months", "OS, months", "Status"};
    static const char *const values[] = {
        "1",
        "44",
        "I + II",
        "Abdominal pain; palpable mass; deep venous thrombosis",
        "Right nephrectomy, cavoplasty",
        "negative",
        "10.5",
        "12 per 10 fields",
        "Doxorubicin and ifosfamide",
        "Lung, month 67; liver, month 76",
        "67",
        "132+",
        "Alive without disease"};
    enum { PATIENTS = 6 };
    cbk_table_builder *table = cbk_table_builder_create(arena, N(header), PATIENTS);
    if (table == NULL) {
        return;
    }
    for (size_t i = 0; i < N(header); i++) {
        const bool is_number = i == 1 || i == 6 || i == 10 || i == 11;
        table->align[i] = is_number ? CBK_ALIGN_RIGHT : CBK_ALIGN_LEFT;
        cbk_run_text(&table->header[i].run, arena, header[i]);
        for (size_t row = 0; row < PATIENTS; row++) {
            cbk_cell *cell = cbk_table_builder_cell(table, row, i);
            cell->is_row_header = i == 0;
            if (i == 0) {
                cbk_run_textf(&cell->run, arena, "%zu", row + 1);
            } else {
                cbk_run_text(&cell->run, arena, values[i]);
            }
            if (i == 9) {
                span(&cell->run, CBK_SPAN_BREAK, NULL);
                cbk_run_text(&cell->run, arena, "Bone, month 97");
            }
        }
    }
    table->block.id = "table-2";
    table->block.number = "2";
    table->block.title =
        "Six patients, one row each: a table wider than a telephone, with "
        "a caption of more than one line";
    table->block.abbreviations = "DFS, disease-free survival; OS, overall survival; +, "
                                 "censored.";
    cbk_document_table(document, &table->block);
}

static void axis_text(cbk_drawing *drawing, double x, double y, cbk_anchor anchor,
                      const char *text)
{
    cbk_drawing_text(drawing, arena, (cbk_point){x, y}, anchor, 3.0, CBK_INK_FOREGROUND,
                     text);
}

static void axes(cbk_drawing *drawing)
{
    static const char *const survival[] = {"0", "0.25", "0.50", "0.75", "1"};
    static const char *const months[] = {"0", "36", "60", "97", "132"};
    static const double at[] = {0, 36, 60, 97, 132};
    static const char *const at_risk[] = {"6", "5", "3", "2", "1"};
    for (size_t i = 0; i < N(survival); i++) {
        const double y = 80.0 - 18.0 * (double)i;
        cbk_drawing_line(drawing, arena, (cbk_point){22, y}, (cbk_point){154, y},
                         i == 0 ? CBK_INK_FOREGROUND : CBK_INK_GRID, 0.25);
        axis_text(drawing, 20, y + 1, CBK_ANCHOR_END, survival[i]);
    }
    for (size_t i = 0; i < N(months); i++) {
        const double x = 22 + at[i];
        cbk_drawing_line(drawing, arena, (cbk_point){x, 80}, (cbk_point){x, 81.5},
                         CBK_INK_FOREGROUND, 0.25);
        axis_text(drawing, x, 86, CBK_ANCHOR_MIDDLE, months[i]);
        axis_text(drawing, x, 101, CBK_ANCHOR_MIDDLE, at_risk[i]);
    }
    axis_text(drawing, 88, 92, CBK_ANCHOR_MIDDLE, "Months since the operation");
    cbk_drawing_text(drawing, arena, (cbk_point){2, 101}, CBK_ANCHOR_START, 3.0,
                     CBK_INK_MUTED, "At risk");
    const cbk_point up = {6, 44};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_TEXT,
                                .n_points = 1,
                                .points = &up,
                                .fill = CBK_INK_FOREGROUND,
                                .stroke = CBK_INK_NONE,
                                .size_mm = 3.0,
                                .text = "Overall survival",
                                .anchor = CBK_ANCHOR_MIDDLE,
                                .is_vertical = true});
}

static const cbk_drawing *curve(void)
{
    cbk_drawing *drawing =
        cbk_drawing_create(arena, 160, 104, "Overall survival of six patients",
                           "Survival falls to 0.80 at 36 months and to 0.53 at 97 "
                           "months; four patients were "
                           "alive at their last visit.");
    axes(drawing);
    static const cbk_point band[] = {{22, 8},   {58, 8},   {154, 8}, {154, 66},
                                     {119, 66}, {119, 43}, {58, 43}, {58, 8}};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYGON,
                                .n_points = N(band),
                                .points = band,
                                .fill = CBK_INK_SERIES_1,
                                .opacity = 0.14});
    static const cbk_point steps[] = {{22, 8},     {58, 8},     {58, 22.4},
                                      {119, 22.4}, {119, 41.6}, {154, 41.6}};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = N(steps),
                                .points = steps,
                                .stroke = CBK_INK_SERIES_1,
                                .width_mm = 0.6,
                                .tip = "Overall survival"});
    static const cbk_point other[] = {{22, 8}, {40, 8}, {40, 44}, {90, 44}, {90, 56}};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_POLYLINE,
                                .n_points = N(other),
                                .points = other,
                                .stroke = CBK_INK_SERIES_2,
                                .width_mm = 0.6,
                                .dash_mm = {2, 1.2}});
    static const cbk_point box[] = {{112, 52}, {152, 62}};
    cbk_drawing_add(drawing, arena,
                    (cbk_shape){.kind = CBK_SHAPE_RECTANGLE,
                                .n_points = 2,
                                .points = box,
                                .fill = CBK_INK_BACKGROUND,
                                .stroke = CBK_INK_MUTED,
                                .width_mm = 0.2});
    axis_text(drawing, 132, 58, CBK_ANCHOR_MIDDLE, "5 of 6 \"<&>\" alive");
    for (int i = 0; i <= (int)CBK_MARKER_ARROW; i++) {
        cbk_drawing_marker(drawing, arena, (cbk_point){66 + 7.0 * i, 22.4}, (cbk_marker)i,
                           2.4, (cbk_ink)((int)CBK_INK_SERIES_1 + i % 6),
                           "Patient 3: alive at 77 months");
    }
    return drawing;
}

static bool write_file(const char *path, const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    const bool is_written = fwrite(bytes, 1, size, file) == size;
    return fclose(file) == 0 && is_written;
}

static void build(const cbk_drawing *drawing)
{
    document->subtitle =
        "A sample document with every kind of block, for the tests of the "
        "renderers";
    document->footer =
        "casebook " CASEBOOK_VERSION " · made from sample data that change with nothing";
    running_text();
    cbk_document_heading(document, 2, "tables", "Tables");
    summary_table();
    wide_table();
    cbk_document_heading(document, 2, NULL, "Figures & <others>");
    static cbk_figure_block figure;
    static cbk_text_run note;
    note = run_of("Ticks: censored. Shaded: 95% confidence band.");
    figure = (cbk_figure_block){.id = "figure-1",
                                .number = "1",
                                .title = "Overall survival with its confidence band",
                                .drawing = drawing,
                                .n_notes = 1,
                                .notes = &note};
    cbk_document_figure(document, &figure);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: sample FILE.html FILE.svg\n");
        return 2;
    }
    arena = cbk_arena_create(NULL, SIZE_MAX);
    document =
        arena != NULL
            ? cbk_document_create(arena, "Leiomyosarcoma of the inferior vena cava")
            : NULL;
    if (document == NULL) {
        return 1;
    }
    const cbk_drawing *drawing = curve();
    build(drawing);
    const char *html = NULL;
    const char *svg = NULL;
    size_t html_size = 0;
    size_t svg_size = 0;
    const bool is_done =
        !cbk_arena_has_failed(arena) &&
        cbk_render(document, CBK_FORMAT_HTML, 0, arena, &html, &html_size, NULL) ==
            CBK_OK &&
        cbk_render_svg(drawing, arena, &svg, &svg_size, NULL) == CBK_OK &&
        write_file(argv[1], html, html_size) && write_file(argv[2], svg, svg_size);
    cbk_arena_destroy(arena);
    return is_done ? 0 : 1;
}
