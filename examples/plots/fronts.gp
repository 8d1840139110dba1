# SPDX-License-Identifier: Apache-2.0
#
# gnuplot -c fronts.gp LEFT.csv RIGHT.csv OUT.svg 'LEFT TITLE' 'RIGHT TITLE' 'METHODS': test recall against bytes, plotted from
# two tables that sweep wrote, side by side. METHODS are names separated by spaces; "items-*" stands for all names that begin
# with "items-", and "title=first|second" is one line of that title through these methods. Lines join the means over seeds; small
# dots are single runs. The dense table is the reference level.

set terminal svg size 1100,470 dynamic enhanced font "sans-serif,13" background "white"
set output ARG3
set datafile separator ","
set datafile missing NaN
methods = ARG6
title_of(line) = strstrt(line, "=") ? line[1:strstrt(line, "=") - 1] : line
names_of(line) = strstrt(line, "=") ? line[strstrt(line, "=") + 1:] : line
is_in(name, names) = names[strlen(names):] eq "*" ? strstrt(name, names[1:strlen(names) - 1]) == 1 \
                                                  : strstrt("|".names."|", "|".name."|") > 0
is_method(name, line) = is_in(name, names_of(line))
array colors[8] = ["#c8442d", "#1b6ca8", "#2e8b57", "#7d4fa3", "#b8860b", "#444444", "#c2548f", "#008b8b"]
color(i) = colors[(i - 1) % 8 + 1]
set multiplot layout 1,2
set logscale x 10
set autoscale xfix
set xtics ("20 kB" 2e4, "50 kB" 5e4, "100 kB" 1e5, "200 kB" 2e5, "500 kB" 5e5, "1 MB" 1e6, "2 MB" 2e6, "5 MB" 5e6, "10 MB" 1e7, \
           "20 MB" 2e7, "50 MB" 5e7)
set xlabel "bytes of the file"
set ylabel "test Recall at 20"
set yrange [0:0.2]
set grid lc "#dddddd"
set key outside below maxrows 3 samplen 2 spacing 1.05 font ",11" noenhanced
do for [side = 1:2] {
    table = ARGV[side]
    set title ARGV[3 + side] noenhanced
    stats table using (strcol(4) eq "dense" ? column(16) : NaN) skip 1 name "dense" nooutput
    plot dense_mean with lines lw 1.5 dt 2 lc rgb "#444444" title "dense", \
         for [i = 1:words(methods)] table skip 1 using (is_method(strcol(4), word(methods, i)) ? column(11) : NaN):16 \
             with points pt 7 ps 0.3 lc rgb color(i) notitle, \
         for [i = 1:words(methods)] table skip 1 using (is_method(strcol(4), word(methods, i)) ? column(11) : NaN):16 \
             smooth unique with linespoints lw 2 pt 7 ps 0.5 lc rgb color(i) title title_of(word(methods, i))
}
unset multiplot
