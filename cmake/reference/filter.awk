# SPDX-License-Identifier: Apache-2.0
#
# What the reference site is made of: the first comment of a header describes the file; headings of documents get the anchors that
# links use, and what the site does not contain, such as programs and tables of results, is named without a link.

FNR == 1 { is_document = FILENAME ~ /\.md$/ }

!is_document && /^\/\/\/ / && !has_file { print "/// @file"; print "///"; has_file = 1 }

is_document && /^    / { print; next }
# Anchors are common to all documents, so only those that others lead to may be used.
is_document && /^#+ / && FILENAME ~ /\/(results|methods)\.md$/ {
    anchor = tolower($0)
    sub(/^#+ /, "", anchor)
    gsub(/[^a-z0-9 _-]/, "", anchor)
    gsub(/ /, "-", anchor)
    $0 = $0 " {#" anchor "}"
}
is_document {
    gsub(/@K/, "\\@K")
    left = ""
    while (match($0, /\[[^]]*\]\([^)]*\)/)) {
        link = substr($0, RSTART, RLENGTH)
        text = substr(link, 2, index(link, "](") - 2)
        target = substr(link, index(link, "](") + 2, length(link) - index(link, "](") - 2)
        if (target !~ /\.md$|\.svg$|#|^https?:/) link = text
        else if (target ~ /\.md#/) link = "[" text "](" substr(target, index(target, "#")) ")"
        left = left substr($0, 1, RSTART - 1) link
        $0 = substr($0, RSTART + RLENGTH)
    }
    $0 = left $0
}

{ print }
