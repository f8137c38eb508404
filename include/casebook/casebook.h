/* casebook/casebook.h - all of casebook's headers. */
#ifndef CASEBOOK_CASEBOOK_H
#define CASEBOOK_CASEBOOK_H

#include <casebook/base.h>
#include <casebook/claims.h>
#include <casebook/conventions.h>
#include <casebook/describe.h>
#include <casebook/document.h>
#include <casebook/kaplan_meier.h>
#include <casebook/render.h>
#include <casebook/risk_table.h>
#include <casebook/study.h>
#include <casebook/table.h>

#endif
