/* press_module.c - loads the press.  Contract: render/press_module.h. */
#include "render/press_module.h"

#include <dlfcn.h>

/* The loader looks where this program or library was told to look when it was linked: in
 * the build folder, or beside the installed library.  It is never unloaded: its libraries
 * keep state of their own. */
cbk_status cbk_press_load(const cbk_press **out, cbk_error *err)
{
    *out = NULL;
    void *module = dlopen(CBK_PRESS_FILE, RTLD_NOW | RTLD_LOCAL);
    if (module == NULL) {
        return cbk_fail(
            err, CBK_EIO, CBK_ROW_NONE,
            "The part of casebook that writes PDF, PNG, XLSX and DOCX cannot be "
            "loaded: %s",
            dlerror());
    }
    const cbk_press *press = dlsym(module, CBK_PRESS_SYMBOL);
    if (press == NULL || !cbk_text_is_equal(press->version, CASEBOOK_VERSION)) {
        return cbk_fail(err, CBK_EIO, CBK_ROW_NONE,
                        CBK_PRESS_FILE " is of version %s and this is casebook %s; "
                                       "install both again",
                        press != NULL ? press->version : "unknown", CASEBOOK_VERSION);
    }
    *out = press;
    return CBK_OK;
}
